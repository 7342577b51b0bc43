/** Whatever intake takes, the official client can read back: its own parsers are asked. */

import fc from 'fast-check';
// Not part of the package's public entry, but what its client runs on every answer.
import * as serialization from 'vellum-ai/serialization/index.js';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../canonical/json.ts';
import type { ReadEvent } from '../reader.ts';
import { decode } from './decode.ts';
import { readableContext, readableEvent } from './readable.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`readable.test.ts: PROPERTY_SEED=${seed}`);

/** The options of the client's own call. */
const OPTIONS = {
  unrecognizedObjectKeys: 'passthrough',
  allowUnrecognizedUnionMembers: true,
  allowUnrecognizedEnumValues: true,
} as const;

function stored(payload: JsonValue): ReadEvent {
  return {
    eventId: 'e1',
    type: '',
    traceId: 't',
    spanId: 's',
    timestamp: '2026-01-15T09:30:00.123456Z',
    receivedAt: '2026-01-15T09:30:01.000000Z',
    position: 1,
    environment: null,
    step: null,
    parentStep: null,
    payload,
  };
}

function clientReads(event: unknown, subject: 'workflow' | 'node'): unknown {
  const { VellumWorkflowExecutionEvent, VellumNodeExecutionEvent } = serialization;
  const parser = subject === 'workflow' ? VellumWorkflowExecutionEvent : VellumNodeExecutionEvent;
  return parser.parseOrThrow(event, OPTIONS);
}

const definition = { id: 'd', name: 'Answer', module: ['app'] };

test.each<[string, object, object]>([
  ['a type that no client knows', { type: 'TELEPATHY', span_id: 'p' }, { type: 'EXTERNAL', context_type: 'TELEPATHY' }],
  ['no type', { span_id: 'p' }, { type: 'EXTERNAL', context_type: '' }],
  ['an id of another type', { type: 'EXTERNAL', span_id: 7 }, { type: 'EXTERNAL', span_id: '' }],
  [
    'what is required is filled in',
    { type: 'WORKFLOW_RELEASE_TAG', span_id: 'p', deployment_name: 'support', extra: [1] },
    { deployment_name: 'support', deployment_id: '', workflow_version_id: '', extra: [1] },
  ],
  [
    'also in a parent of a parent',
    { type: 'API_REQUEST', span_id: 'p', api_actor_id: 5, parent: { type: 'WORKFLOW', span_id: 'q' } },
    { parent: { type: 'WORKFLOW', span_id: 'q', workflow_definition: { id: '', name: '', module: [] } } },
  ],
])('a context: %s', (_name, context, expected) => {
  const read = readableContext(JSON.parse(JSON.stringify(context)));
  expect(read).toMatchObject(expected);
  expect(() => serialization.ParentContext.parseOrThrow(read, OPTIONS)).not.toThrow();
});

test('what the client knows stays as it came', () => {
  const event = {
    name: 'node.execution.fulfilled',
    id: 'e1',
    timestamp: '2026-01-15T09:30:00.123Z',
    api_version: '2025-07-30',
    trace_id: 't',
    span_id: 's',
    parent: { type: 'WORKFLOW', span_id: 'w', workflow_definition: definition, more: 1 },
    body: {
      node_definition: { ...definition, exclude_from_monitoring: null },
      outputs: { a: { b: [1] } },
      invoked_ports: [{ name: 'default' }],
      mocked: null,
      unknown: { kept: true },
    },
  };
  expect(readableEvent(stored(event))).toEqual({ ...event, timestamp: '2026-01-15T09:30:00.123456Z' });
});

test('names that the client would find on any object are left out', () => {
  const strange = JSON.parse('{"valueOf": 1, "constructor": {}, "__proto__": {"a": 1}, "kept": 1}');
  const event = {
    ...{ ...strange, name: 'node.execution.streaming', id: 'e1', timestamp: 'x', trace_id: 't', span_id: 's' },
    parent: { ...strange, type: 'EXTERNAL', span_id: 'p' },
    body: { ...strange, node_definition: { ...strange, ...definition }, output: { ...strange, name: 'o' } },
  };
  const read = readableEvent(stored(event));
  expect(() => clientReads(read, 'node')).not.toThrow();
  expect(JSON.stringify(read).match(/"kept":1/g)).toHaveLength(5);
});

test.each(['metric.execution.fulfilled', '__proto__', ''])('there is no variant for %j', (name) => {
  expect(readableEvent(stored({ name, body: {} }))).toBeUndefined();
});

test('a deep chain is cut where the client would take too long', () => {
  const chain = Array.from({ length: 400 }).reduce<JsonValue>(
    (parent, _, i) => ({ type: i % 2 === 0 ? 'WORKFLOW' : 'WORKFLOW_NODE', span_id: `s${i}`, parent }),
    null,
  );
  const read = readableContext(chain);
  const ids = [...JSON.stringify(read).matchAll(/"span_id":"(s\d+)"/g)].map(([, id]) => id);
  expect(ids).toHaveLength(12);
  expect(ids).toContain('s399');
  expect(() => serialization.ParentContext.parseOrThrow(read, OPTIONS)).not.toThrow();
});

const anything = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom<unknown>(null, '', 'x', 7, true, [], {}));
const context = fc.letrec((tie) => ({
  value: fc.record(
    {
      type: fc.constantFrom<unknown>(
        ...['WORKFLOW', 'WORKFLOW_NODE', 'WORKFLOW_RELEASE_TAG', 'PROMPT_RELEASE_TAG', 'WORKFLOW_SANDBOX'],
        ...['API_REQUEST', 'EXTERNAL', 'SCHEDULED', 'INTEGRATION', 'UNKNOWN', 7],
      ),
      span_id: fc.constantFrom('p', 'q'),
      parent: fc.option(tie('value'), { maxDepth: 3 }),
      links: fc.oneof(
        anything,
        fc.array(fc.record({ type: anything, trace_id: anything, span_context: tie('value') })),
      ),
      workflow_definition: anything,
      node_definition: anything,
      ...Object.fromEntries(
        ['metadata', 'external_id', 'deployment_id', 'release_tag_name', 'api_actor_type', 'trigger_id'].map((name) => [
          name,
          anything,
        ]),
      ),
    },
    { requiredKeys: ['type', 'span_id'] },
  ),
})).value;

const named = fc.record({ name: fc.constant('n'), id: anything, module: anything, exclude_from_monitoring: anything });
const body = fc.record(
  {
    workflow_definition: named,
    node_definition: named,
    inputs: fc.constant({ q: 1 }),
    outputs: fc.constant({ a: null }),
    output: fc.record({ name: fc.constant('o'), value: anything, delta: anything }),
    error: fc.record(
      { message: fc.constant(''), code: fc.constant('FUTURE'), raw_data: anything, stacktrace: anything },
      { requiredKeys: ['message', 'code'] },
    ),
    state: fc.constant({ meta: {} }),
    severity: fc.constant('INFO'),
    message: fc.constant(''),
    external_inputs: fc.array(
      fc.oneof(anything, fc.record({ name: anything, types: anything, inputs_class: anything, instance: anything })),
    ),
    ...Object.fromEntries(
      [
        ...['trigger', 'final_state', 'server_metadata', 'redacted', 'mocked', 'invoked_ports', 'stacktrace'],
        ...['edited_by', 'attributes', 'extra'],
      ].map((name) => [name, anything]),
    ),
  },
  {
    requiredKeys: [
      ...(['workflow_definition', 'node_definition', 'inputs', 'outputs', 'output', 'error', 'state'] as const),
      ...(['severity', 'message', 'external_inputs'] as const),
    ],
  },
);

const PHASES = {
  workflow: ['initiated', 'streaming', 'fulfilled', 'rejected', 'paused', 'resumed', 'snapshotted'],
  node: ['initiated', 'streaming', 'fulfilled', 'rejected', 'paused', 'resumed', 'log'],
} as const;

test.each(['workflow', 'node'] as const)('any %s event that is accepted can be read back', (subject) => {
  const event = fc.record(
    {
      name: fc.constantFrom(...PHASES[subject]).map((phase) => `${subject}.execution.${phase}`),
      id: fc.constant('e'),
      timestamp: fc.constant('2026-01-15'),
      trace_id: fc.constant('t'),
      span_id: fc.constant('s'),
      parent: fc.option(context),
      api_version: anything,
      links: anything,
      body,
    },
    { requiredKeys: ['name', 'id', 'timestamp', 'trace_id', 'span_id', 'body'] },
  );
  let accepted = 0;
  fc.assert(
    fc.property(event, (sent) => {
      const text = JSON.stringify(sent);
      if (!decode({ text }).ok) return;
      accepted += 1;
      const read = readableEvent(stored(JSON.parse(text)));
      // Through JSON, as over the wire.
      expect(() => clientReads(JSON.parse(JSON.stringify(read)), subject)).not.toThrow();
    }),
    { seed, numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(200);
});
