import { describe, expect, test } from 'vitest';
import type { SpanBody } from '../../../../query/span-body.ts';
import type { OutlineSpan, TraceSummary } from '../model/outline.ts';
import { bodyPages } from './body-pages.ts';
import { type SpanRow, spanRows } from './rows.ts';
import { bodyKey, type Told, tellAll } from './tell.ts';

type Given = Partial<SpanBody> & { readonly spanId: string };

function summary(traceId: string): TraceSummary {
  const usage = {
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
    totalTokens: null,
    source: null,
  };
  return {
    ...{
      traceId,
      name: null,
      dialect: 'lunary',
      status: 'ok',
      startTime: '2026-01-01T00:00:00.000000Z',
      endTime: null,
    },
    ...{ durationMs: null, spanCount: 1, errorCount: 0, usage, costUsd: null, userId: null, sessionId: null },
    ...{ agentName: null, environment: null, tags: [], models: [] },
  };
}

function span(given: Given): SpanBody {
  const nothing = {
    name: null,
    parentSpanId: null,
    model: null,
    provider: null,
    input: null,
    output: null,
    params: null,
  };
  return {
    ...{
      ...nothing,
      kind: 'llm',
      status: 'ok',
      startTime: '2026-01-01T00:00:00.000000Z',
      endTime: null,
      durationMs: null,
    },
    ...{
      timeToFirstTokenMs: null,
      timesAreEstimated: false,
      error: null,
      usage: null,
      costUsd: null,
      countsInTotals: true,
    },
    ...{
      userId: null,
      sessionId: null,
      agentName: null,
      agentVersion: null,
      environment: null,
      tags: [],
      metadata: {},
    },
    ...{ annotations: {}, feedback: null, step: null },
    ...{
      hasInput: given.input !== undefined && given.input !== null,
      hasOutput: given.output !== undefined && given.output !== null,
    },
    ...given,
  };
}

/** One line per row: `kind id: what it says (resent n)`. */
function script(...traces: readonly (readonly Given[])[]): string[] {
  return scriptOf(traces, () => true);
}

function scriptOf(traces: readonly (readonly Given[])[], isLoaded: (spanId: string) => boolean): string[] {
  const rows: SpanRow[] = [];
  const bodies = new Map<string, SpanBody>();
  traces.forEach((given, index) => {
    const trace = summary(`t${index}`);
    const spans = given.map(span);
    rows.push(...spanRows(trace, spans satisfies readonly OutlineSpan[]));
    for (const one of spans) if (isLoaded(one.spanId)) bodies.set(bodyKey({ trace, span: one }), one);
  });
  const told = tellAll(rows, bodies);
  return rows.map((row) => `${'  '.repeat(row.depth)}${row.kind} ${row.span.spanId}${words(told.get(row.key))}`);
}

function words(told: Told | undefined): string {
  if (told === undefined) return ' …';
  const said = told.messages.map(({ role, parts }) => {
    const texts = parts.map((part) =>
      part.type === 'text' || part.type === 'thinking'
        ? part.text
        : part.type === 'toolCall'
          ? `${part.name}()${told.executed.has(part) ? '↓' : ''}`
          : part.type,
    );
    return `${role} ${texts.join(' ')}`;
  });
  const resent = told.resent.length === 0 ? '' : ` (resent ${told.resent.length})`;
  return `${said.length === 0 ? '' : `: ${said.join(' | ')}`}${resent}${told.attempt > 1 ? ` (attempt ${told.attempt})` : ''}`;
}

const system = { role: 'system', content: 'S' };
const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const calling = (id: string, name: string, args: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id, type: 'function', function: { name, arguments: args } }],
});

describe('bodies are asked for in pages', () => {
  test('of 40 spans, each once, none over two traces, none for what has no body', () => {
    const given = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        span({ spanId: `s${i}`, kind: 'tool', ...(i === 5 ? {} : { input: 1 }) }),
      );
    const rows = [summary('a'), summary('b')].flatMap((trace) => spanRows(trace, given(50)));
    const { pages, pageOf } = bodyPages(rows);
    expect(pages.map(({ spanIds }) => spanIds.length)).toEqual([40, 9, 40, 9]);
    expect(rows.map(({ key }) => pageOf.get(key)).filter((place) => place === undefined)).toHaveLength(2);
  });

  test('what opens and closes is one; long ids make short pages', () => {
    const long = 'é'.repeat(300);
    const given = Array.from({ length: 10 }, (_, i) =>
      span({ spanId: `${long}${i}`, kind: 'agent', input: 1, ...(i === 0 ? {} : { parentSpanId: `${long}${i - 1}` }) }),
    );
    const { pages } = bodyPages(spanRows(summary('a'), given));
    expect(pages.flatMap(({ spanIds }) => spanIds)).toHaveLength(10);
    for (const { spanIds } of pages) expect(encodeURIComponent(spanIds.join('')).length).toBeLessThan(7_000);
  });
});

describe('a transcript', () => {
  test('history that is sent again is told once; a second "yes" is another one', () => {
    const [one, two] = [
      [system, user('q1')],
      [system, user('q1'), assistant('a1'), user('yes')],
    ];
    const three = [...two, assistant('a2'), user('yes')];
    expect(
      script([
        { spanId: '1', input: one, output: assistant('a1') },
        { spanId: '2', input: two, output: assistant('a2') },
        { spanId: '3', input: three, output: assistant('a3') },
      ]),
    ).toEqual([
      'turn 1: system S | user q1 | assistant a1',
      'turn 2: user yes | assistant a2 (resent 3)',
      'turn 3: user yes | assistant a3 (resent 5)',
    ]);
  });

  test('an agent, its tool in three attempts, and its last answer (Lunary)', () => {
    const args = '{"id":1,"with":["x"]}';
    const asked = calling('c', 'lookup', args);
    expect(
      script([
        { spanId: 'agent', kind: 'agent', input: 'q', output: 'a' },
        { spanId: 'plan', parentSpanId: 'agent', input: [system, user('q')], output: asked },
        {
          spanId: 'try1',
          parentSpanId: 'agent',
          kind: 'tool',
          name: 'lookup',
          status: 'error',
          input: { id: 1, with: ['x'] },
          error: { message: 'no' },
        },
        {
          spanId: 'try2',
          parentSpanId: 'agent',
          kind: 'tool',
          name: 'lookup',
          input: { with: ['x'], id: 1 },
          output: { found: true },
        },
        {
          spanId: 'answer',
          parentSpanId: 'agent',
          input: [system, user('q'), asked, { role: 'tool', tool_call_id: 'c', content: '{"found": true}' }],
          output: assistant('a'),
        },
      ]),
    ).toEqual([
      'open agent: user q',
      '  turn plan: system S | assistant lookup()↓ (resent 1)',
      '  step try1',
      '  step try2 (attempt 2)',
      '  turn answer: assistant a (resent 4)',
      'close agent',
    ]);
  });

  test('parallel calls, one without a span of its own; results under their calls', () => {
    const output = {
      role: 'assistant',
      content: null,
      tool_calls: [...calling('1', 'f', '{"a":1}').tool_calls, ...calling('2', 'g', '{}').tool_calls],
    };
    const next = [
      user('q'),
      output,
      { role: 'tool', tool_call_id: '2', content: 'two' },
      { role: 'tool', tool_call_id: '1', content: 'one' },
    ];
    expect(
      script([
        { spanId: 'a', input: [user('q')], output },
        { spanId: 'f', kind: 'tool', name: 'f', input: { a: 1 }, output: 'one' },
        { spanId: 'b', input: next, output: assistant('done') },
      ]),
    ).toEqual(['turn a: user q | assistant f()↓ g()', 'step f', 'turn b: tool toolResult | assistant done (resent 3)']);
  });

  test('agents within agents have histories of their own; what one gives is told once', () => {
    expect(
      script([
        { spanId: 'lead', kind: 'agent', name: 'lead', input: 'q', output: 'sum' },
        { spanId: 'scout', parentSpanId: 'lead', kind: 'agent', name: 'scout', input: { sku: 1 }, output: 'found' },
        { spanId: 'call', parentSpanId: 'scout', input: [user('look')], output: assistant('found') },
        {
          spanId: 'last',
          parentSpanId: 'lead',
          input: [user('q'), { role: 'tool', tool_call_id: 'x', content: 'found' }],
          output: assistant('sum up'),
        },
      ]),
    ).toEqual([
      'open lead: user q',
      '  open scout: input json',
      '    turn call: user look | assistant found',
      '  close scout',
      '  turn last: assistant sum up (resent 2)',
      'close lead: assistant sum',
    ]);
  });

  test('WhyOps: messages, thoughts, tools and answers side by side', () => {
    expect(
      script([
        { spanId: 'u', kind: 'message', name: 'user_message', input: { messages: [user('q')] } },
        { spanId: 't', kind: 'event', name: 'llm_thinking', output: { type: 'thinking', thinking: 'hm' } },
        {
          spanId: 'a',
          output: { content: null, toolCalls: [{ name: 'f', arguments: { a: 1 } }], finishReason: 'tool_calls' },
        },
        { spanId: 'f', kind: 'tool', name: 'f', input: { a: 1 }, output: { ok: true } },
        { spanId: 'b', output: { content: 'a', finishReason: 'stop' } },
      ]),
    ).toEqual(['message u: user q', 'step t: assistant hm', 'turn a: assistant f()↓', 'step f', 'turn b: assistant a']);
  });

  test('Vellum: workflows open and close, nodes with a model are turns', () => {
    expect(
      script([
        { spanId: 'w', kind: 'workflow', input: { claim: 1 }, output: { reply: 'r' } },
        { spanId: 'n', parentSpanId: 'w', kind: 'node', input: { claim: 1 }, output: { part: 'p' } },
        {
          spanId: 'm',
          parentSpanId: 'w',
          kind: 'node',
          model: 'gpt',
          input: { tone: 'warm' },
          output: { text: 'r', response: { id: 1 } },
        },
      ]),
    ).toEqual(['open w: input json', '  step n', '  turn m: input json | assistant r', 'close w: output json']);
  });

  test('a session: the history of earlier traces is not told again, a short answer said again is', () => {
    expect(
      script(
        [{ spanId: '1', input: [system, user('yes')], output: assistant('a1') }],
        [{ spanId: '2', input: [system, user('yes'), assistant('a1'), user('more')], output: assistant('a2') }],
        [{ spanId: '3', input: [system, user('yes')], output: assistant('a3') }],
      ),
    ).toEqual([
      'turn 1: system S | user yes | assistant a1',
      'turn 2: user more | assistant a2 (resent 3)',
      'turn 3: user yes | assistant a3 (resent 1)',
    ]);
  });

  test('Lunary: a chat whose answers are told by their calls and again as messages', () => {
    expect(
      script(
        [
          { spanId: 'q', kind: 'message', name: 'user', input: 'q' },
          { spanId: 'call', parentSpanId: 'q', input: [system, user('q')], output: assistant('a') },
        ],
        [{ spanId: 'a', kind: 'message', name: 'assistant', output: 'a' }],
        [{ spanId: 'r', kind: 'message', name: 'user', input: 'r' }],
      ),
    ).toEqual([
      'message q: user q',
      'turn call: system S | assistant a (resent 1)',
      'message a (resent 1)',
      'message r: user r',
    ]);
  });

  test('Voker: Gemini contents resent across traces', () => {
    const gemini = (role: string, words: string) => ({ role, parts: [{ text: words }] });
    const answer = (words: string) => ({ candidates: [{ content: gemini('model', words) }] });
    expect(
      script(
        [{ spanId: '1', input: [gemini('user', 'q')], output: answer('a') }],
        [{ spanId: '2', input: [gemini('user', 'q'), gemini('model', 'a'), gemini('user', 'r')], output: answer('b') }],
      ),
    ).toEqual(['turn 1: user q | assistant a', 'turn 2: user r | assistant b (resent 2)']);
  });

  test('the same call again after a failure says nothing new', () => {
    const input = [system, user('q')];
    expect(
      script([
        { spanId: '1', input, status: 'error', error: { message: '503' } },
        { spanId: '2', input, output: assistant('a') },
      ]),
    ).toEqual(['turn 1: system S | user q', 'turn 2: assistant a (resent 2)']);
  });

  test('before earlier bodies are here, the history is left out by its place', () => {
    const given = [
      { spanId: '1', input: [user('q')], output: assistant('a') },
      { spanId: '2', input: [user('q'), assistant('a'), user('r')], output: assistant('b') },
    ];
    expect(scriptOf([given], (id) => id === '2')).toEqual(['turn 1 …', 'turn 2: user r | assistant b (resent 2)']);
  });

  test('10 000 agents in each other', () => {
    const given = Array.from({ length: 10_000 }, (_, i) => ({
      spanId: `${i}`,
      kind: 'agent',
      ...(i === 0 ? {} : { parentSpanId: `${i - 1}` }),
    }));
    expect(script(given)).toHaveLength(19_999);
  });
});
