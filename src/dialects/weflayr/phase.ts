/**
 * Which part of a call an event tells about. Three spellings are in use (`protocols/weflayr.md` 4): `<call>.before`
 * (direct integrations, generation 1), a bare `before` with the call's name in `method` (generation 2), and a call
 * whose own `event_type` argument replaced the SDK's (`protocols/weflayr.md` 5.3, key collisions).
 */

import { asNumber, asText, field, type JsonObject } from '../../canonical/json.ts';

const PHASES = ['before', 'stream_start', 'stream_pending', 'after', 'error'] as const;
/** `point`: a custom type without a phase, a moment on the timeline that belongs to no call. */
export type Phase = (typeof PHASES)[number] | 'point';

export interface PhaseReading {
  readonly phase: Phase;
  /** `chat.completions.create`, `_async` kept as sent; for a point its custom type. Absent when the event names no call. */
  readonly operation?: string;
  /** Read from `event_type`. `false` when the call's own argument hides it: then `before` may be a stream event too. */
  readonly isSpelled: boolean;
}

/** What only a call of a model has, in an event that both generations send before it. */
const CALL_FIELDS = ['model', 'messages', 'input', 'prompt', 'contents'];

export function readPhase(body: JsonObject): PhaseReading {
  const type = asText(field(body, 'event_type')) ?? '';
  const dot = type.lastIndexOf('.');
  const last = type.slice(dot + 1);
  const phase = PHASES.find((name) => name === last);
  const method = asText(field(body, 'method'));
  if (phase !== undefined) {
    const operation = dot > 0 ? type.slice(0, dot) : method;
    return operation === undefined ? { phase, isSpelled: true } : { phase, operation, isSpelled: true };
  }
  const hidden = method === undefined ? undefined : hiddenPhase(body);
  return hidden !== undefined && method !== undefined
    ? { phase: hidden, operation: method, isSpelled: false }
    : { phase: 'point', operation: type, isSpelled: true };
}

/**
 * Generation 2 writes `tags` and `method` into every event of a call. A custom event may have a `method` of its own
 * (`GET`, `card`), so `method` alone does not make it a call.
 */
function hiddenPhase(body: JsonObject): 'before' | 'after' | undefined {
  if (field(body, 'tags') === undefined) return undefined;
  if (asNumber(field(body, 'elapsed_ms')) !== undefined) return 'after';
  return CALL_FIELDS.some((name) => field(body, name) !== undefined) ? 'before' : undefined;
}
