import * as serialization from 'vellum-ai/serialization/index.js';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../canonical/json.ts';
import type { Directory, Reply } from '../dialect.ts';
import type { EventQuestion, ReadEvent, Reader, ReadSpan, ReadUsage } from '../reader.ts';
import { executionDetail } from './detail.ts';

const START = '2026-01-15T09:30:00.000000Z';

function span(spanId: string, parentSpanId: string | null, more: Partial<ReadSpan> = {}): ReadSpan {
  return {
    traceId: 'root',
    spanId,
    parentSpanId,
    kind: 'node',
    name: spanId,
    status: 'ok',
    startTime: START,
    endTime: '2026-01-15T09:30:02.000000Z',
    durationMs: 2000,
    model: null,
    provider: null,
    input: null,
    output: null,
    params: null,
    error: null,
    usage: null,
    costUsd: null,
    userId: null,
    sessionId: 'thread',
    agentName: null,
    agentVersion: null,
    environment: null,
    tags: [],
    metadata: { definition_id: `class-${spanId}` },
    annotations: {},
    feedback: null,
    step: null,
    ...more,
  };
}

const tokens = (input: number, output: number): ReadUsage => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadTokens: 1,
  cacheWriteTokens: null,
  reasoningTokens: null,
  totalTokens: input + output,
});

const workflow = { kind: 'workflow' } as const;
const TRACE = [
  span('root', null, { ...workflow, input: { q: 'hi', n: 3, list: [1] }, output: { a: null } }),
  span('host', 'root', { usage: tokens(9, 2), costUsd: 5, model: 'm' }),
  span('inner', 'host', { ...workflow, endTime: null, status: 'running' }),
  span('leaf', 'inner', { usage: tokens(9, 2), costUsd: 0.25, model: 'm' }),
  span('stray', 'root', { kind: 'event' }),
  span('other', 'root', { usage: tokens(1, 1), model: 'local' }),
];

const definition = { id: 'd', name: 'Answer', module: ['app'] };

function event(spanId: string, name: string, second: number, body: object, parent?: object): ReadEvent {
  const subject = name.split('.')[0];
  const payload = {
    ...{ name, id: `${name}-${second}`, timestamp: 'x', trace_id: 'thread', span_id: spanId },
    ...(parent === undefined ? {} : { parent }),
    body: { [`${subject}_definition`]: definition, ...body },
  };
  return {
    eventId: `${name}-${second}`,
    type: name,
    traceId: 'root',
    spanId,
    timestamp: `2026-01-15T09:30:0${second}.000000Z`,
    receivedAt: START,
    position: second,
    environment: null,
    step: null,
    parentStep: null,
    // Through JSON, as the store has it.
    payload: JSON.parse(JSON.stringify(payload)),
  };
}

const EVENTS = [
  event('root', 'workflow.execution.snapshotted', 1, { state: { a: 1 } }),
  event('root', 'workflow.execution.snapshotted', 2, { state: { a: 2 } }),
  event('root', 'workflow.execution.resumed', 2, {}, { type: 'TELEPATHY', span_id: 'x' }),
  event('inner', 'workflow.execution.initiated', 3, { inputs: {} }),
  event('inner', 'workflow.execution.streaming', 4, { output: { name: 'a', delta: 'h' } }),
  event('host', 'node.execution.log', 5, { severity: 'INFO', message: 'm' }),
  ...Array.from({ length: 450 }, () => event('leaf', 'node.execution.log', 6, { severity: 'INFO', message: 'm' })),
];

interface Asked {
  settled: number;
  readonly questions: EventQuestion[];
}

/** Only what the route asks; every other question fails the test. */
function contextOf(trace: readonly ReadSpan[], events: readonly ReadEvent[]) {
  const asked: Asked = { settled: 0, questions: [] };
  const reader = {
    spansById: async (ids: readonly string[]) => trace.filter(({ spanId }) => ids.includes(spanId)),
    trace: async (traceId: string) => (traceId === 'root' ? trace : undefined),
    events: async (question: EventQuestion) => {
      asked.questions.push(question);
      const found = events.filter(
        ({ spanId, type }) => question.spanIds?.includes(spanId) !== false && question.types?.includes(type) !== false,
      );
      const ordered = question.direction === 'asc' ? found : found.toReversed();
      return { events: ordered.slice(question.offset, question.offset + question.limit), total: found.length };
    },
  } satisfies Partial<Reader>;
  const directory = {
    settled: async () => {
      asked.settled += 1;
    },
  } satisfies Partial<Directory>;
  // The fakes above are all that the route may touch.
  return { asked, context: { reader: reader as unknown as Reader, directory: directory as unknown as Directory } };
}

async function ask(executionId: string, query = '', trace: readonly ReadSpan[] = TRACE, events = EVENTS) {
  const { asked, context } = contextOf(trace, events);
  const head = { method: 'GET', params: { executionId }, query: new URLSearchParams(query), headers: {} };
  const reply: Reply = await executionDetail.handle({ head, text: '', receivedAt: 0 }, context);
  let text = '';
  for await (const piece of reply.stream ?? []) text += piece;
  const body: JsonValue = text === '' ? null : JSON.parse(text);
  return { reply, asked, body };
}

async function read(...[executionId, ...rest]: Parameters<typeof ask>) {
  const { body } = await ask(executionId, ...rest);
  return serialization.WorkflowExecutionDetail.parseOrThrow(body, {
    unrecognizedObjectKeys: 'passthrough',
    allowUnrecognizedUnionMembers: true,
    allowUnrecognizedEnumValues: true,
  });
}

test('the client reads an execution: values, parent, state, spans by start', async () => {
  const detail = await read('root');
  expect(detail).toMatchObject({
    spanId: 'root',
    start: new Date(START),
    end: new Date('2026-01-15T09:30:02Z'),
    inputs: [
      { name: 'q', type: 'STRING', value: 'hi' },
      { name: 'n', type: 'NUMBER', value: 3 },
      { name: 'list', type: 'JSON', value: [1] },
    ],
    outputs: [{ name: 'a', type: 'JSON', value: null }],
    error: null,
    parentContext: { type: 'EXTERNAL', context_type: 'TELEPATHY', spanId: 'x' },
    // The last snapshot; the run has not ended.
    state: { a: 2 },
  });
  expect(detail.spans.map(({ name, spanId, parentSpanId }) => [name, spanId, parentSpanId])).toEqual([
    ['workflow.execution', 'root', null],
    ['node.execution', 'host', 'root'],
    ['workflow.execution', 'inner', 'host'],
    ['node.execution', 'leaf', 'inner'],
    ['node.execution', 'other', 'root'],
  ]);
  expect(detail.spans[0]?.attributes).toEqual({ label: 'root', workflowId: 'class-root' });
  expect(detail.spans[1]?.attributes).toEqual({ label: 'host', filepath: null, nodeId: 'class-host' });
});

test('the ids of values are those of the definition, not of the execution', async () => {
  const ids = async (more: Partial<ReadSpan>) => {
    const root = span('root', null, { ...workflow, input: { q: 1 }, ...more });
    return (await read('root', '', [root])).inputs.map(({ id }) => id);
  };
  expect(await ids({ input: { q: 2 } })).toEqual(await ids({}));
  expect(await ids({ metadata: { definition_id: 'another' } })).not.toEqual(await ids({}));
});

test('a nested execution is one too; a node, an event and an unknown id are none', async () => {
  const nested = await read('inner');
  expect(nested.spans.map(({ spanId }) => spanId)).toEqual(['inner', 'leaf']);
  for (const id of ['host', 'stray', 'nobody', '']) {
    const { reply } = await ask(id);
    expect([reply.status, reply.body]).toMatchObject([404, { detail: expect.any(String), code: 'not-found' }]);
  }
});

test('a span that runs ends, for the client, when it was last seen', async () => {
  const { spans, end } = await read('inner');
  expect(spans[0]?.endTs).toEqual(new Date('2026-01-15T09:30:04Z'));
  expect(end).toBeNull();
  const [silent] = (await read('inner', '', TRACE, [])).spans;
  expect(silent?.endTs).toEqual(new Date(START));
});

test('all events of a span, however many questions that takes', async () => {
  const { spans } = await read('root');
  expect(spans.map(({ events }) => events.length)).toEqual([3, 1, 2, 450, 0]);
});

test('tokens and cost: by span, and once for the execution', async () => {
  const { spans, usageResults } = await read('root');
  const usage = (input: number, output: number, model = 'm') => ({
    mlModelName: model,
    mlModelUsage: {
      inputTokenCount: input,
      outputTokenCount: output,
      cacheReadInputTokens: 1,
      cacheCreationInputTokens: null,
    },
  });
  expect(spans[1]?.usageResult).toEqual({ usage: [usage(9, 2)], cost: [{ value: 5, unit: 'USD' }] });
  expect(spans[0]?.usageResult).toBeNull();
  // `host` repeats what `leaf` reports; `other` has no price.
  expect(usageResults).toEqual([{ usage: [usage(9, 2), usage(1, 1, 'local')], cost: [{ value: 0.25, unit: 'USD' }] }]);
  expect((await read('root', '', [span('root', null, workflow)])).usageResults).toBeNull();
});

test('the error of the execution', async () => {
  const failed = (more: Partial<ReadSpan>) =>
    read('root', '', [span('root', null, { ...workflow, status: 'error', ...more })]);
  const { error } = await failed({
    error: { message: 'no', code: 'NODE_EXECUTION', stack: 'at' },
    metadata: { error_raw_data: { a: 1 } },
  });
  expect(error).toEqual({ message: 'no', code: 'NODE_EXECUTION', stacktrace: 'at', rawData: { a: 1 } });
  expect((await failed({ error: {} })).error).toMatchObject({ message: '', code: 'INTERNAL_ERROR' });
});

test('the final state counts more than a later snapshot', async () => {
  const events = [
    event('root', 'workflow.execution.fulfilled', 1, { outputs: {}, final_state: { a: 'final' } }),
    event('root', 'workflow.execution.snapshotted', 2, { state: { a: 2 } }),
  ];
  expect((await read('root', '', TRACE, events)).state).toEqual({ a: 'final' });
  expect((await read('root', '', TRACE, [])).state).toBeNull();
});

test('pages of spans: after a span, and as many as asked for', async () => {
  const ids = async (query: string) => (await read('root', query)).spans.map(({ spanId }) => spanId);
  expect(await ids('span_limit=2')).toEqual(['root', 'host']);
  expect(await ids('prev_span_id=host&span_limit=2')).toEqual(['inner', 'leaf']);
  expect(await ids('prev_span_id=other')).toEqual([]);
  expect(await ids('span_limit=0')).toEqual([]);
  for (const query of ['span_limit=x', 'span_limit=-1', 'span_limit=1.5', 'span_limit=', 'prev_span_id=nobody'])
    expect((await ask('root', query)).reply).toMatchObject({ status: 400, body: { code: 'invalid-field' } });
});

test('what was accepted before the question is in the answer', async () => {
  const { asked } = await ask('root');
  expect(asked.settled).toBe(1);
  for (const question of asked.questions)
    expect(question).toMatchObject({ traceId: 'root', limit: expect.any(Number) });
});
