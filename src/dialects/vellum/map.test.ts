import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptySpan, type FoldedSpan, joinFragment } from '../../canonical/merge.ts';
import type { SpanFragment, TextRegister } from '../../canonical/span.ts';
import { vellumEvent } from './map.ts';

const NOW = Date.UTC(2026, 0, 1) * 1000;
const workflow_definition = { id: 'w', name: 'Support', module: ['app'] };
const node_definition = { id: 'n', name: 'Classify', module: ['app'], exclude_from_monitoring: true };
const API = { type: 'API_REQUEST', span_id: 'api', api_actor_id: 'k1', api_actor_label: 'prod key' };
const TAG = {
  type: 'WORKFLOW_RELEASE_TAG',
  span_id: 'tag',
  deployment_name: 'support-prod',
  release_tag_name: 'LATEST',
  metadata: { tier: 'gold' },
  parent: API,
};
const ROOT = { type: 'WORKFLOW', span_id: 'root', workflow_definition, parent: TAG };
const HOST = { type: 'WORKFLOW_NODE', span_id: 'host', node_definition, parent: ROOT };

interface Sent {
  readonly name: string;
  readonly second?: number;
  readonly spanId?: string;
  readonly parent?: unknown;
  readonly body?: object;
  readonly links?: unknown;
}

function draft({ name, second = 0, spanId = 's', parent, body, links }: Sent) {
  const event = {
    name,
    id: `${name}-${second}`,
    timestamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
    trace_id: 'thread',
    span_id: spanId,
    ...(parent === undefined ? {} : { parent }),
    ...(links === undefined ? {} : { links }),
    body: { ...(name.startsWith('node.') ? { node_definition } : { workflow_definition }), ...body },
  };
  return vellumEvent(JSON.parse(JSON.stringify(event)), JSON.stringify(event), NOW);
}

function onlyFragment(sent: Sent): SpanFragment {
  const [fragment] = draft(sent).fragments;
  if (fragment === undefined) throw new Error('an event has one fragment');
  return fragment;
}

function fold(...events: readonly Sent[]): FoldedSpan {
  const span = emptySpan();
  for (const event of events) for (const fragment of draft(event).fragments) joinFragment(span, fragment);
  return span;
}

function text(span: FoldedSpan, register: TextRegister): string | undefined {
  return span.text[register]?.[2];
}

test('the trace is the outermost span of the chain, the parent the nearest', () => {
  const node = draft({ name: 'node.execution.initiated', parent: HOST });
  expect(node.placement).toEqual({ by: 'trace', traceId: 'root' });
  expect(node.fragments[0]?.text.parentSpanId).toBe('host');
});

test.each(['EXTERNAL', 'API_REQUEST', 'WORKFLOW_SANDBOX', 'SCHEDULED', 'INTEGRATION', 'UNKNOWN', 'TELEPATHY'])(
  'a parent of type %s is no span: the execution is a root',
  (type) => {
    const root = draft({ name: 'workflow.execution.initiated', parent: { type, span_id: 'x' } });
    expect(root.placement).toEqual({ by: 'trace', traceId: 's' });
    expect(root.fragments[0]?.text.parentSpanId).toBeUndefined();
  },
);

test('contexts that are no spans are skipped inside a chain', () => {
  const parent = { type: 'WORKFLOW_RELEASE_TAG', span_id: 'x', parent: { type: 'API_REQUEST', parent: HOST } };
  const nested = draft({ name: 'workflow.execution.initiated', parent });
  expect(nested.placement).toEqual({ by: 'trace', traceId: 'root' });
  expect(nested.fragments[0]?.text.parentSpanId).toBe('host');
});

test('without a parent the event leaves the trace to its span', () => {
  expect(draft({ name: 'node.execution.log' }).placement).toEqual({ by: 'span' });
  expect(draft({ name: 'workflow.execution.resumed', parent: null }).placement).toEqual({ by: 'span' });
});

test('a chain through the own span is as good as none', () => {
  for (const parent of [
    { ...ROOT, span_id: 's' },
    { type: 'WORKFLOW_NODE', span_id: 'host', parent: { ...ROOT, span_id: 's' } },
  ]) {
    const event = draft({ name: 'workflow.execution.initiated', parent });
    expect(event.placement).toEqual({ by: 'span' });
    expect(event.fragments[0]?.text.parentSpanId).toBeUndefined();
  }
});

test('agent, version and user come from the outermost workflow', () => {
  const inner = {
    type: 'WORKFLOW_RELEASE_TAG',
    release_tag_name: 'inner',
    parent: { type: 'API_REQUEST', api_actor_id: 'inner', parent: HOST },
  };
  const span = fold({ name: 'workflow.execution.initiated', parent: inner, body: { inputs: {} } });
  expect(text(span, 'agentName')).toBe('Support');
  expect(text(span, 'agentVersion')).toBe('LATEST');
  expect(text(span, 'userId')).toBe('prod key');
  expect(text(span, 'sessionId')).toBe('thread');
});

const STREAMED = { name: 'node.execution.streaming', second: 1, body: { output: { name: 'text', value: 'hi' } } };

test('outputs beat a streamed value, which beats outputs emptied for size', () => {
  const done = (outputs: object) => ({ name: 'node.execution.fulfilled', second: 2, body: { outputs } });
  expect(text(fold(STREAMED, done({ text: 'final' })), 'output')).toBe('{"text":"final"}');
  expect(text(fold(STREAMED, done({})), 'output')).toBe('{"text":"hi"}');
  expect(text(fold(done({})), 'output')).toBe('{}');
});

test('neither the start of a stream nor a delta is an output', () => {
  const piece = { ...STREAMED, body: { output: { name: 'text', delta: 'h' } } };
  expect(text(fold(piece, { ...STREAMED, body: { output: { name: 'text' } } }), 'output')).toBeUndefined();
});

test.each([
  [['paused', 'resumed'], 'running'],
  [['resumed', 'paused'], 'paused'],
  [['initiated', 'paused'], 'paused'],
  [['fulfilled', 'paused'], 'ok'],
  [['rejected', 'fulfilled'], 'error'],
  [['resumed'], 'running'],
  [['log'], 'running'],
])('%s ends as %s', (phases, status) => {
  const events = phases.map((phase, second) => ({ name: `node.execution.${phase}`, second }));
  expect(text(fold(...events), 'status')).toBe(status);
  expect(text(fold(...events.toReversed()), 'status')).toBe(status);
});

test('only an end ends the span', () => {
  expect(fold({ name: 'node.execution.paused', second: 9 }, { name: 'node.execution.log', second: 9 }).end).toBe(
    undefined,
  );
  const span = fold({ name: 'node.execution.initiated', second: 1 }, { name: 'node.execution.rejected', second: 4 });
  expect([span.start, span.end]).toEqual([NOW + 1e6, NOW + 4e6]);
});

test('a log says as little as possible and never wins', () => {
  const log = { name: 'node.execution.log', second: 59, body: { severity: 'ERROR', message: 'boom' } };
  const span = fold({ name: 'node.execution.initiated', parent: ROOT, body: { inputs: { a: 1 } } }, log);
  const without = fold({ name: 'node.execution.initiated', parent: ROOT, body: { inputs: { a: 1 } } });
  expect(span).toEqual(without);
  expect(text(fold(log), 'name')).toBe('Classify');
  expect(text(fold(log), 'error')).toBeUndefined();
});

test('an error keeps message, code and the stack of either place', () => {
  const rejected = (body: object) => text(fold({ name: 'workflow.execution.rejected', body }), 'error');
  expect(rejected({ error: { message: '', code: 'FUTURE' }, stacktrace: 'outer' })).toBe(
    '{"message":"","code":"FUTURE","stack":"outer"}',
  );
  expect(rejected({ error: { message: 'm', code: 'C', stacktrace: 'inner' }, stacktrace: null })).toBe(
    '{"message":"m","code":"C","stack":"inner"}',
  );
});

test('metadata says how the execution was launched, once, at the span that was launched', () => {
  const facts = (sent: Sent) => JSON.parse(draft(sent).fragments[0]?.metadata ?? 'null');
  const links = [{ trace_id: 't', type: 'ROOT_SPAN', span_context: ROOT }];
  expect(facts({ name: 'workflow.execution.initiated', parent: TAG, links })).toEqual({
    definition_id: 'w',
    definition_module: ['app'],
    api_actor_id: 'k1',
    api_actor_label: 'prod key',
    deployment_name: 'support-prod',
    release_tag_name: 'LATEST',
    execution_metadata: { tier: 'gold' },
    launched_by: ['WORKFLOW_RELEASE_TAG', 'API_REQUEST'],
    links: [
      { type: 'ROOT_SPAN', spanId: 'root', traceId: 'root', sessionId: 't', contextType: 'WORKFLOW', name: 'Support' },
    ],
  });
  const body = { outputs: {}, mocked: false, redacted: true, invoked_ports: null };
  expect(facts({ name: 'node.execution.fulfilled', parent: ROOT, body, links: [] })).toEqual({
    definition_id: 'n',
    definition_module: ['app'],
    exclude_from_monitoring: true,
    mocked: false,
    redacted: true,
  });
});

test('states stay in the payload', () => {
  const big = { state: { secret: 'x'.repeat(100) } };
  const snapshot = draft({ name: 'workflow.execution.snapshotted', body: big });
  expect(JSON.stringify(snapshot.fragments)).not.toContain('xxx');
  expect(snapshot.payload).toContain('xxx');
  const done = { outputs: {}, final_state: { a: 'xxx' } };
  expect(JSON.stringify(draft({ name: 'workflow.execution.fulfilled', body: done }).fragments)).not.toContain('xxx');
});

test('an event that the API does not list is a generic span that any known event outranks', () => {
  const unknown = { name: 'node.execution.teleported', second: 30 };
  expect(text(fold(unknown), 'kind')).toBe('event');
  expect(text(fold(unknown), 'name')).toBe('node.execution.teleported');
  const span = fold(unknown, { name: 'node.execution.initiated', second: 1 });
  expect([text(span, 'kind'), text(span, 'name'), text(span, 'status')]).toEqual(['node', 'Classify', 'running']);
});

test('the identity of an event is its id, as sent', () => {
  expect(draft({ name: 'node.execution.paused' }).eventId).toBe('node.execution.paused-0');
});

test('links lead to executions by the ids of our traces', () => {
  const link = (type: string, span_context: unknown) => ({ trace_id: 'earlier', type, span_context });
  const links = [
    link('PREVIOUS_SPAN', { ...HOST, parent: ROOT }),
    link('ROOT_SPAN', ROOT),
    link('TRIGGERED_BY', { type: 'EXTERNAL', span_id: 'caller' }),
    // None of these names an execution.
    ...[link('ROOT_SPAN', null), link('ROOT_SPAN', { type: 'WORKFLOW' }), 'x', null],
  ];
  const { metadata } = onlyFragment({ name: 'workflow.execution.initiated', links });
  expect(JSON.parse(metadata ?? '').links).toEqual([
    {
      type: 'PREVIOUS_SPAN',
      spanId: 'host',
      traceId: 'root',
      sessionId: 'earlier',
      contextType: 'WORKFLOW_NODE',
      name: 'Classify',
    },
    {
      type: 'ROOT_SPAN',
      spanId: 'root',
      traceId: 'root',
      sessionId: 'earlier',
      contextType: 'WORKFLOW',
      name: 'Support',
    },
    { type: 'TRIGGERED_BY', spanId: 'caller', sessionId: 'earlier', contextType: 'EXTERNAL' },
  ]);
});

test.each(['initiated', 'streaming', 'fulfilled', 'rejected', 'paused', 'resumed', 'log'])(
  'a node that is excluded from monitoring is hidden, as its %s alone says',
  (phase) => {
    const hidden = (exclude_from_monitoring: unknown) =>
      onlyFragment({
        name: `node.execution.${phase}`,
        body: { node_definition: { ...node_definition, exclude_from_monitoring } },
      }).hidden;
    expect(hidden(true)).toBe(true);
    for (const other of [false, null, undefined, 'true', 1]) expect(hidden(other)).toBeUndefined();
  },
);

test('a retry: every attempt is a workflow below the node, and the node ends by its own events', () => {
  const node = { spanId: 'retry', parent: ROOT };
  const attempt = (spanId: string, phase: string, second: number, body: object) => ({
    name: `workflow.execution.${phase}`,
    spanId,
    parent: { type: 'WORKFLOW_NODE', span_id: 'retry', node_definition, parent: ROOT },
    second,
    body,
  });
  const failed = { error: { message: 'no', code: 'NODE_EXECUTION' } };
  const events = [
    { ...node, name: 'node.execution.initiated', body: { inputs: {} } },
    attempt('first', 'initiated', 1, { inputs: {} }),
    attempt('first', 'rejected', 2, failed),
    attempt('second', 'initiated', 3, { inputs: {} }),
    attempt('second', 'fulfilled', 4, { outputs: { a: 1 } }),
    { ...node, name: 'node.execution.fulfilled', second: 5, body: { outputs: { a: 1 } } },
  ];
  const statusOf = (spanId: string) => text(fold(...events.filter((sent) => sent.spanId === spanId)), 'status');
  expect(['retry', 'first', 'second'].map(statusOf)).toEqual(['ok', 'error', 'ok']);
  for (const sent of events) expect(draft(sent).placement).toEqual({ by: 'trace', traceId: 'root' });
  expect(text(fold(...events.filter(({ spanId }) => spanId === 'second')), 'parentSpanId')).toBe('retry');
});

test.each<[string, object, string | undefined, object | undefined]>([
  [
    'the outputs are an answer',
    { model: 'gpt-4o', usage: { prompt_tokens: 9, completion_tokens: 2 } },
    'gpt-4o',
    { input: 9, output: 2 },
  ],
  [
    'an output is one',
    { text: 'Hi', raw: { model: 'claude', usage: { input_tokens: 9, output_tokens: 2 } } },
    'claude',
    { input: 9, output: 2 },
  ],
  [
    'of Gemini',
    { raw: { modelVersion: 'gemini-2.5', usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2 } } },
    'gemini-2.5',
    { input: 4, output: 2 },
  ],
  ['usage without a model', { usage: { input: 3, total: 99 } }, undefined, undefined],
  ['a model without usage', { model: 'gpt-4o', usage: null }, undefined, undefined],
  ['nothing', {}, undefined, undefined],
])('model and tokens of a node: %s', (_name, outputs, model, usage) => {
  const fragment = onlyFragment({ name: 'node.execution.fulfilled', body: { outputs } });
  expect([fragment.text.model, fragment.usage]).toEqual([model, usage]);
  // A workflow repeats what its nodes put out.
  expect(onlyFragment({ name: 'workflow.execution.fulfilled', body: { outputs } }).usage).toBeUndefined();
});

test('all events of an execution, in any order and number, say the same', () => {
  const body = { inputs: { q: 1 }, outputs: { a: 1 }, output: { name: 'a', value: 1 }, severity: 'INFO', message: 'm' };
  const phases = ['initiated', 'streaming', 'paused', 'resumed', 'log', 'fulfilled'];
  const events = phases.map((phase, second) => ({
    name: `node.execution.${phase}`,
    second,
    ...(phase === 'log' ? {} : { parent: ROOT }),
    body: {
      ...body,
      // Only one of them says so; it holds whenever that one comes.
      node_definition: { ...node_definition, exclude_from_monitoring: phase === 'paused' },
      outputs: { raw: { model: 'm', usage: { prompt_tokens: 2, completion_tokens: 1 } } },
    },
  }));
  const whole = fold(...events);
  expect([whole.hidden, whole.tokens?.[2].slice(0, 2)]).toEqual([true, [2, 1]]);
  fc.assert(
    fc.property(fc.shuffledSubarray([...events, ...events]), (some) => {
      const missing = events.filter((sent) => !some.includes(sent));
      expect(fold(...some, ...missing)).toEqual(whole);
    }),
  );
});

test('no JSON makes it throw', () => {
  const context = fc.letrec((tie) => ({
    parent: fc.record(
      {
        type: fc.constantFrom<unknown>('WORKFLOW', 'WORKFLOW_NODE', 'API_REQUEST', 'WORKFLOW_RELEASE_TAG', 7),
        span_id: fc.constantFrom<unknown>('a', 'b', null, 3),
        parent: fc.option(tie('parent'), { maxDepth: 6 }),
        workflow_definition: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  })).parent;
  const event = fc.record(
    {
      name: fc.constantFrom(
        'node.execution.rejected',
        'workflow.execution.streaming',
        'node.execution.log',
        'x',
        '__proto__',
      ),
      span_id: fc.constantFrom<unknown>('a', 'b', 5),
      parent: context,
      body: fc.oneof(
        fc.jsonValue(),
        fc.dictionary(fc.constantFrom('error', 'output', 'node_definition'), fc.jsonValue()),
      ),
      links: fc.jsonValue(),
      timestamp: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(event, (value) => {
      const json = JSON.stringify(value);
      expect(vellumEvent(JSON.parse(json), json, NOW)).toEqual(vellumEvent(JSON.parse(json), json, NOW));
    }),
  );
});
