import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../canonical/event.ts';
import { emptySpan, joinFragment } from '../../canonical/merge.ts';
import type { TextRegister } from '../../canonical/span.ts';
import { readLatency } from './map.ts';
import { context, RECEIVED_AT, request } from './testing.ts';
import { whyops } from './whyops.ts';

const COMMON = { traceId: 't', agentName: 'a' };
const SENT_AT = Date.UTC(2026, 0, 1, 12) * 1000;

function drafts(body: unknown, path = '/api/events/ingest', headers?: Record<string, string>): readonly EventDraft[] {
  const route = whyops.routes.find((candidate) => candidate.path === path);
  if (route?.kind !== 'events') throw new Error(`no event route ${path}`);
  const sent = request(body, headers);
  const decoded = route.decode(sent);
  if (!decoded.ok) throw new Error(decoded.fault.message);
  return route.events(sent, decoded.items, context);
}

function only(body: unknown, path?: string, headers?: Record<string, string>) {
  const [draft, ...rest] = drafts(body, path, headers);
  const [fragment, ...others] = draft?.fragments ?? [];
  if (draft === undefined || fragment === undefined || rest.length + others.length > 0) throw new Error('not one');
  return { draft, fragment };
}

describe('identity', () => {
  it('an idempotency key names the event within its trace', () => {
    const one = only({ ...COMMON, eventType: 'error', idempotencyKey: 'k' }).draft;
    const again = only({ ...COMMON, eventType: 'error', content: 'other', idempotencyKey: 'k' }).draft;
    const elsewhere = only({ ...COMMON, traceId: 't2', eventType: 'error', idempotencyKey: 'k' }).draft;
    expect(one.isIdempotencyKey).toBe(true);
    expect(again.eventId).toBe(one.eventId);
    expect(elsewhere.eventId).not.toBe(one.eventId);
  });

  it('equal content is not a duplicate', () => {
    const event = { ...COMMON, eventType: 'user_message', content: 'yes' };
    const [one, two] = drafts([event, event]);
    expect([one?.eventId, two?.eventId]).toEqual(['event-0', 'event-1']);
    expect(one?.isIdempotencyKey).toBeUndefined();
  });

  it.each(['', null])('a key of %j counts as absent', (idempotencyKey) => {
    expect(only({ ...COMMON, eventType: 'error', idempotencyKey }).draft.eventId).toBe('event-0');
  });

  it('an event without span id is a span of its own', () => {
    expect(only({ ...COMMON, eventType: 'error', spanId: '' }).draft).toMatchObject({
      spanId: 'event-0',
      placement: { by: 'trace', traceId: 't' },
    });
  });

  it('keeps each event of an array byte for byte', () => {
    const texts = [
      '{ "traceId":"t","agentName":"a","eventType":"error","content":1.0 }',
      '{"eventType":"error","traceId":"t","agentName":"a","x":"\\u00e9"}',
    ];
    expect(drafts(`[${texts.join(' ,\n')}]`).map(({ payload }) => payload)).toEqual(texts);
    expect(only(`\n${texts[0]}`).draft.payload).toBe(`\n${texts[0]}`);
  });
});

describe('context', () => {
  it('steps are passed on as sent, and asked for when missing', () => {
    const event = { ...COMMON, eventType: 'error' };
    expect(only({ ...event, stepId: 7, parentStepId: 3 }).draft.steps).toEqual({ step: 7, parentStep: 3 });
    expect(only({ ...event, parentStepId: 3 }).draft.steps).toEqual({ parentStep: 3 });
    expect(only(event).draft.steps).toEqual({});
  });

  it('the end user comes from the body, else from the header', () => {
    const headers = { 'x-external-user-id': 'from-header' };
    const event = { ...COMMON, eventType: 'error' };
    expect(only({ ...event, externalUserId: 'u' }, undefined, headers).fragment.text.userId).toBe('u');
    expect(only({ ...event, externalUserId: null }, undefined, headers).fragment.text.userId).toBe('from-header');
    expect(only({ ...event, userId: 'owner' }).fragment.text.userId).toBeUndefined();
  });

  it('owner, environment and provider come from the body, else from their headers', () => {
    const headers = { 'x-environment-id': 'E', 'x-provider-id': 'P', 'x-user-id': 'U' };
    const event = { ...COMMON, eventType: 'error', metadata: { x: 1 } };
    const { draft, fragment } = only(event, undefined, headers);
    expect(draft.environment).toBe('E');
    expect(fragment.text.environment).toBe('E');
    expect(fragment.metadata).toBe('{"providerId":"P","x":1}');
    expect(draft.sampling?.point).toBe(only({ ...event, userId: 'U', environmentId: 'E' }).draft.sampling?.point);
    const own = only({ ...event, environmentId: 'own', providerId: 'own' }, undefined, headers);
    expect(own.draft.environment).toBe('own');
    expect(own.fragment.metadata).toBe('{"providerId":"own","x":1}');
  });

  it('the version of the agent is the logged one', () => {
    const headers = { 'x-tributary-agent-versions': '{"a":"v1","other":"v2","broken":1}' };
    expect(only({ ...COMMON, eventType: 'error' }, undefined, headers).fragment.text.agentVersion).toBe('v1');
    const unknown = only({ ...COMMON, agentName: 'toString', eventType: 'error' }, undefined, headers);
    expect(unknown.fragment.text.agentVersion).toBeUndefined();
    const unreadable = { 'x-tributary-agent-versions': '[' };
    expect(only({ ...COMMON, eventType: 'error' }, undefined, unreadable).fragment.text.agentVersion).toBeUndefined();
  });

  it('agent, environment, session and metadata', () => {
    const { draft, fragment } = only({
      ...COMMON,
      eventType: 'user_message',
      environmentId: 'STAGING',
      metadata: { systemPrompt: 'p', x: null },
    });
    expect(draft).toMatchObject({ environment: 'STAGING', mentions: { agent: { name: 'a' } } });
    expect(fragment.text).toMatchObject({ environment: 'STAGING', agentName: 'a', sessionId: 't' });
    expect(fragment.metadata).toBe('{"systemPrompt":"p","x":null}');
  });

  it('the time is the sender’s, else that of arrival', () => {
    const event = { ...COMMON, eventType: 'user_message' };
    const sent = only({ ...event, timestamp: '2026-01-01T13:00:00+01:00' });
    expect(sent.draft.timestamp).toBe(SENT_AT);
    expect(sent.fragment).toMatchObject({ time: SENT_AT, start: SENT_AT, end: SENT_AT });
    const unsent = only(event);
    expect(unsent.draft.timestamp).toBe(RECEIVED_AT);
    expect(unsent.fragment).toMatchObject({ time: 0, start: RECEIVED_AT });
  });
});

describe('types', () => {
  it('user_message', () => {
    const content = { messages: [{ role: 'user', content: 'hi' }] };
    const { fragment } = only({ ...COMMON, eventType: 'user_message', content, metadata: { params: { top: 1 } } });
    expect(fragment.text).toMatchObject({ kind: 'message', name: 'user_message', status: 'ok', params: '{"top":1}' });
    expect(fragment.text.input).toBe(JSON.stringify(content));
  });

  it('llm_response', () => {
    const { fragment } = only({
      ...COMMON,
      eventType: 'llm_response',
      timestamp: '2026-01-01T12:00:00Z',
      content: { content: 'hello', finishReason: 'stop' },
      metadata: {
        model: 'openai/gpt-4o',
        provider: 'openai',
        usage: { promptTokens: 42, completionTokens: 15, totalTokens: 57, cacheReadTokens: 8 },
        latencyMs: 820,
        params: { temperature: 0 },
      },
    });
    expect(fragment).toMatchObject({
      start: SENT_AT - 820_000,
      end: SENT_AT,
      durationMicros: 820_000,
      usage: { input: 42, output: 15, total: 57, cacheRead: 8 },
      text: {
        kind: 'llm',
        name: 'openai/gpt-4o',
        model: 'openai/gpt-4o',
        provider: 'openai',
        status: 'ok',
        output: '{"content":"hello","finishReason":"stop"}',
        params: '{"temperature":0}',
      },
    });
  });

  it('cache writes of both lifetimes are added up', () => {
    const usage = (block: object) =>
      only({ ...COMMON, eventType: 'llm_response', metadata: { model: 'm', provider: 'p', usage: block } }).fragment
        .usage;
    const seven = { cacheWrite: 7, cacheWrite1h: 4 };
    expect(usage({ cacheWrite5mTokens: 3, cacheWrite1hTokens: 4 })).toEqual(seven);
    expect(usage({ cacheWrite1hTokens: 4 })).toEqual({ cacheWrite: 4, cacheWrite1h: 4 });
    expect(usage({ cacheCreationTokens: 7, cacheWrite5mTokens: 3, cacheWrite1hTokens: 4 })).toEqual(seven);
  });

  it.each([
    [{ provider: 'anthropic' }, true],
    [{ provider: 'Anthropic Vertex' }, true],
    [{ provider: 'proxy', providerSlug: 'anthropic' }, true],
    [{ provider: 'openai' }, undefined],
    [{ provider: 'openrouter', model: 'anthropic/claude' }, undefined],
  ])('prompt tokens of %j leave cached ones out: %s', (provider, cacheOutsideInput) => {
    const metadata = { model: 'm', ...provider, usage: { promptTokens: 10, cacheReadTokens: 4 } };
    const { usage } = only({ ...COMMON, eventType: 'llm_response', metadata }).fragment;
    expect(usage).toEqual({ input: 10, cacheRead: 4, ...(cacheOutsideInput && { cacheOutsideInput }) });
  });

  it('llm_thinking is an event with its block as output', () => {
    const { fragment } = only({ ...COMMON, eventType: 'llm_thinking', content: { type: 'thinking', thinking: 'x' } });
    expect(fragment.text).toMatchObject({ kind: 'event', name: 'llm_thinking', status: 'ok' });
    expect(fragment.text.output).toBe('{"type":"thinking","thinking":"x"}');
  });

  it('embedding_request opens the call that it names, or is only what was asked', () => {
    const event = { ...COMMON, eventType: 'embedding_request', content: { input: ['a'] } };
    const alone = only(event).fragment;
    expect(alone.text).toMatchObject({ kind: 'embedding', name: 'embedding_request', status: 'ok', input: '["a"]' });
    expect(alone.text.model).toBeUndefined();
    expect(alone.end).toBe(RECEIVED_AT);
    const opened = only({ ...event, spanId: 's' }).fragment;
    expect(opened.text).toMatchObject({ kind: 'embedding', status: 'running' });
    expect(opened.end).toBeUndefined();
  });

  it('embedding_response', () => {
    const metadata = { model: 'e', provider: 'p', usage: { totalTokens: 4 } };
    const { fragment } = only({ ...COMMON, eventType: 'embedding_response', content: { object: 'list' }, metadata });
    expect(fragment).toMatchObject({
      usage: { total: 4 },
      text: { kind: 'embedding', name: 'e', model: 'e', provider: 'p', output: '{"object":"list"}' },
    });
  });

  it('tool request and response meet in one span, and the response outranks the request', () => {
    const toolCalls = [{ name: 'search', arguments: { q: 1 } }];
    const shared = { ...COMMON, spanId: 's' };
    const asked = only({
      ...shared,
      eventType: 'tool_call_request',
      content: { toolCalls },
      metadata: { tool: 'search', latencyMs: 45 },
    });
    const answered = only({
      ...shared,
      eventType: 'tool_call_response',
      content: { toolCalls, toolResults: { r: 'x' } },
      metadata: { tool: 'search', latencyMs: 210 },
    });
    expect(asked.draft.spanId).toBe(answered.draft.spanId);
    expect(asked.fragment).toMatchObject({
      start: RECEIVED_AT,
      text: { kind: 'tool', name: 'search', status: 'running', input: '{"q":1}' },
    });
    expect(asked.fragment.end).toBeUndefined();
    expect(asked.fragment.durationMicros).toBeUndefined();
    expect(answered.fragment).toMatchObject({
      start: RECEIVED_AT - 210_000,
      end: RECEIVED_AT,
      durationMicros: 210_000,
      text: { kind: 'tool', name: 'search', status: 'ok', input: '{"q":1}', output: '{"r":"x"}' },
    });
  });

  it('tool_call is one span with input and output', () => {
    const content = { toolCalls: [{ name: 'f', arguments: {} }], tool_results: [1] };
    const { fragment } = only({ ...COMMON, eventType: 'tool_call', content, stepId: 4 });
    expect(fragment.text).toMatchObject({ kind: 'tool', name: 'f', status: 'ok', input: '{}', output: '[1]' });
    expect(fragment.end).toBe(RECEIVED_AT);
    expect(fragment.step).toBe(4);
  });

  it('tool_call takes two steps, the others one', () => {
    expect(only({ ...COMMON, eventType: 'tool_call', stepId: 4 }).draft.steps).toEqual({ step: 4, span: 2 });
    expect(only({ ...COMMON, eventType: 'tool_call' }).draft.steps).toEqual({ span: 2 });
    expect(only({ ...COMMON, eventType: 'tool_result' }).draft.steps).toEqual({});
  });

  it('tool_result', () => {
    const { fragment } = only({ ...COMMON, eventType: 'tool_result', content: { toolName: 'f', output: { x: 1 } } });
    expect(fragment.text).toMatchObject({ kind: 'tool', name: 'f', status: 'ok', output: '{"x":1}' });
    const metadata = { tool: 'g' };
    const provider = only({ ...COMMON, eventType: 'tool_result', content: [{ role: 'tool' }], metadata });
    expect(provider.fragment.text).toMatchObject({ name: 'g', output: '[{"role":"tool"}]' });
  });

  it.each([
    [
      { message: 'boom', status: 500, stack: 'at x' },
      { message: 'boom', stack: 'at x', code: '500' },
    ],
    ['boom', { message: 'boom' }],
    [{ error: { message: 'inner' } }, { message: 'inner' }],
    [{ reason: 'odd' }, { message: '{"reason":"odd"}' }],
    [undefined, {}],
  ])('error %j', (content, expected) => {
    const { fragment } = only({ ...COMMON, eventType: 'error', content });
    expect(fragment.text).toMatchObject({ kind: 'event', name: 'error', status: 'error' });
    expect(JSON.parse(fragment.text.error ?? '')).toEqual(expected);
  });

  it('tool-result makes everything a tool_call_response', () => {
    const body = { ...COMMON, eventType: 'user_message', content: { toolResults: 1 }, metadata: { tool: 'f' } };
    const { draft, fragment } = only(body, '/api/events/tool-result');
    expect(draft.type).toBe('tool_call_response');
    expect(fragment.text).toMatchObject({ kind: 'tool', name: 'f', output: '1' });
  });

  it.each([
    [[], undefined],
    [[{ name: 'f', arguments: null }], undefined],
    [[{ name: 'f', arguments: '' }], '""'],
    [[{ id: 'c', function: { name: 'f', arguments: '{}' } }], '"{}"'],
    [[{ name: 'f' }, { name: 'g' }], '[{"name":"f"},{"name":"g"}]'],
  ])('arguments of %j', (toolCalls, expected) => {
    const event = { ...COMMON, eventType: 'tool_call_request', content: { toolCalls }, metadata: { tool: 'f' } };
    expect(only(event).fragment.text.input).toBe(expected);
  });
});

describe('events that share a span', () => {
  const shared = { ...COMMON, spanId: 's' };
  const asked = {
    ...shared,
    eventType: 'tool_call_request',
    content: { toolCalls: [{ name: 'f', arguments: { q: 1 } }] },
    metadata: { tool: 'f', latencyMs: 1 },
  };
  const answered = {
    ...shared,
    eventType: 'tool_call_response',
    content: { toolCalls: [{ name: 'f', arguments: 'cut' }], toolResults: [2] },
    metadata: { tool: 'f', latencyMs: 9 },
  };
  const failed = { ...shared, eventType: 'error', content: 'boom' };

  /** The registers after joining, which must be the same in every order and with repeated deliveries. */
  function fold(events: readonly object[]) {
    const span = emptySpan();
    const fragments = drafts(events).flatMap((draft) => draft.fragments);
    for (const fragment of [...fragments, ...fragments]) joinFragment(span, fragment);
    const value = (name: TextRegister) => span.text[name]?.[2];
    const { start, end, duration } = span;
    return { start, end, duration: duration?.[2], value, all: { ...span.text } };
  }

  it('a response ends what its request began, and the request knows the input', () => {
    const { value, start, end, duration } = fold([asked, answered]);
    expect([value('status'), value('input'), value('output')]).toEqual(['ok', '{"q":1}', '[2]']);
    expect({ start, end, duration }).toEqual({ start: RECEIVED_AT - 9000, end: RECEIVED_AT, duration: 9000 });
    expect(fold([asked]).value('status')).toBe('running');
    expect(fold([answered]).value('input')).toBe('"cut"');
  });

  it('an error fails a call without renaming it', () => {
    const { value } = fold([asked, failed, answered]);
    expect([value('status'), value('kind'), value('name')]).toEqual(['error', 'tool', 'f']);
    expect(value('error')).toBe('{"message":"boom"}');
  });

  it('an answer names the span that a user message began', () => {
    const metadata = { model: 'm', provider: 'p' };
    const { value } = fold([
      { ...shared, eventType: 'llm_response', content: 'hello', metadata },
      { ...shared, eventType: 'user_message', content: 'hi' },
      { ...shared, eventType: 'llm_thinking', content: 'hm' },
    ]);
    expect([value('kind'), value('name'), value('input'), value('output')]).toEqual(['llm', 'm', '"hi"', '"hello"']);
  });

  it('in any order', () => {
    const events = [asked, answered, failed, { ...shared, eventType: 'tool_result', content: { output: 3 } }];
    const { all, start, end } = fold(events);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        expect(fold(shuffled)).toMatchObject({ all, start, end });
      }),
    );
  });
});

it.each([
  [12.5, 12_500],
  [0, 0],
  ['820', 820_000],
  ['820ms', 820_000],
  ['1.2s', 1_200_000],
  [-1, undefined],
  [1e300, undefined],
  ['fast', undefined],
  [null, undefined],
  [{}, undefined],
])('latency %j', (sent, micros) => {
  expect(readLatency(sent)).toBe(micros);
});

it('any accepted event maps without throwing, and alike twice', () => {
  const types = ['user_message', 'tool_call', 'tool_result', 'error', 'llm_thinking', 'embedding_request'];
  const event = fc.record({
    eventType: fc.constantFrom(...types),
    traceId: fc.string({ minLength: 1, maxLength: 128 }),
    agentName: fc.string({ minLength: 1, maxLength: 255 }),
    spanId: fc.option(fc.string({ maxLength: 128 })),
    content: fc.jsonValue({ maxDepth: 4 }),
    metadata: fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 3 }), (events) => {
      expect(drafts(events)).toEqual(drafts(events));
    }),
  );
});
