import { expect, test } from 'vitest';
import type { JsonObject } from '../../canonical/json.ts';
import { readPhase } from './phase.ts';

const CALL = { tags: {}, method: 'chat.completions.create', model: 'm' };

test.each<[string, JsonObject, ReturnType<typeof readPhase>]>([
  // Direct integrations and generation 1.
  ['x.before', {}, { phase: 'before', operation: 'x', isSpelled: true }],
  ['custom.inference.after', {}, { phase: 'after', operation: 'custom.inference', isSpelled: true }],
  ['my.call.error', {}, { phase: 'error', operation: 'my.call', isSpelled: true }],
  ['chat.complete_async.after', {}, { phase: 'after', operation: 'chat.complete_async', isSpelled: true }],
  ['x.stream_start', {}, { phase: 'stream_start', operation: 'x', isSpelled: true }],
  ['x.after', { method: 'y' }, { phase: 'after', operation: 'x', isSpelled: true }],
  ['.before', { method: 'y' }, { phase: 'before', operation: 'y', isSpelled: true }],
  // Generation 2: bare phases, the call in `method`.
  ['before', CALL, { phase: 'before', operation: CALL.method, isSpelled: true }],
  ['after', CALL, { phase: 'after', operation: CALL.method, isSpelled: true }],
  ['error', CALL, { phase: 'error', operation: CALL.method, isSpelled: true }],
  ['stream_start', CALL, { phase: 'stream_start', operation: CALL.method, isSpelled: true }],
  ['stream_pending', CALL, { phase: 'stream_pending', operation: CALL.method, isSpelled: true }],
  // A privacy policy may take `method` away.
  ['after', { model: 'm' }, { phase: 'after', isSpelled: true }],
  ['after', { method: 7 }, { phase: 'after', isSpelled: true }],
  // The call's own `event_type` argument replaced the phase.
  ['KWTYPE', CALL, { phase: 'before', operation: CALL.method, isSpelled: false }],
  ['KWTYPE', { ...CALL, elapsed_ms: 0 }, { phase: 'after', operation: CALL.method, isSpelled: false }],
  ['KWTYPE', { tags: null, method: 'my_fn', elapsed_ms: 3 }, { phase: 'after', operation: 'my_fn', isSpelled: false }],
  ['KWTYPE', { ...CALL, elapsed_ms: 'NaN' }, { phase: 'before', operation: CALL.method, isSpelled: false }],
  // Custom events.
  ['checkout.completed', { amount: 12.5 }, { phase: 'point', operation: 'checkout.completed', isSpelled: true }],
  ['checkout.paid', { tags: {}, method: 'card' }, { phase: 'point', operation: 'checkout.paid', isSpelled: true }],
  ['http', { method: 'GET', elapsed_ms: 4 }, { phase: 'point', operation: 'http', isSpelled: true }],
  ['Before', {}, { phase: 'point', operation: 'Before', isSpelled: true }],
  ['x.beforehand', {}, { phase: 'point', operation: 'x.beforehand', isSpelled: true }],
  ['before.x', {}, { phase: 'point', operation: 'before.x', isSpelled: true }],
])('%s %j', (event_type, rest, expected) => {
  expect(readPhase({ event_type, ...rest })).toEqual(expected);
});
