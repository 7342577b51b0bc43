import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../canonical/json.ts';
import type { ReadEvent } from '../reader.ts';
import { getMermaid } from './mermaid.ts';
import { directoryWith, readEvent, readerOf, request } from './testing.ts';
import { getGraph } from './thread-detail.ts';
import { readThread, systemPromptOf, withContent } from './thread-events.ts';

const shape = async (events: ReadEvent[]) =>
  (await readThread('t', readerOf(events)))?.events.map(({ stepId, isLate, durationMs, sinceStartMs }) => [
    stepId,
    isLate,
    durationMs,
    sinceStartMs,
  ]);

describe('a thread', () => {
  it('an event is late when a later step came before it', async () => {
    const events = [readEvent(1), readEvent(2, { step: 5 }), readEvent(4, { step: 3 }), readEvent(5, { step: 5 })];
    expect(await shape(events)).toEqual([
      [1, false, 1000, 0],
      [5, false, 2000, 1000],
      [3, true, 1000, 3000],
      [5, false, null, 4000],
    ]);
  });

  it('a tool call’s request stands where its latency says', async () => {
    const payload = { metadata: { latencyMs: 2500 } };
    const events = [readEvent(1), readEvent(2), readEvent(3, { type: 'tool_call', payload, step: 3 })];
    expect(await shape(events)).toEqual([
      [3, false, 500, 0],
      [1, true, 1000, 500],
      [2, true, 1000, 1500],
      [4, false, null, 2500],
    ]);
  });

  it('of more events than one page is whole', async () => {
    const events = Array.from({ length: 2500 }, (_, i) => readEvent(i + 1, { payload: { content: i } }));
    const thread = await readThread('t', readerOf(events));
    expect(thread?.events.map(({ stepId }) => stepId)).toEqual(events.map(({ step }) => step));
    const page = thread?.events.slice(900, 2100) ?? [];
    const contents = await withContent(page, 't', readerOf(events));
    expect(page.map(({ id }) => contents.get(id)?.content)).toEqual(page.map((_, i) => 900 + i));
  });

  it('that nobody sent anything of is none', async () => {
    expect(await readThread('t', readerOf([]))).toBeUndefined();
    expect((await withContent([], 't', readerOf([]))).size).toBe(0);
  });

  it('prompt and tools are the first ones said, the metadata that of the first event', async () => {
    const said = (metadata: { [key: string]: JsonValue }) => ({ payload: { metadata } });
    const events = [
      readEvent(1, said({ first: true })),
      readEvent(2, said({ systemPrompt: 'one', params: { tools: ['a'] } })),
      readEvent(3, said({ systemPrompt: 'two', tools: ['b'] })),
    ];
    expect(await readThread('t', readerOf(events))).toMatchObject({
      systemPrompt: 'one',
      tools: ['a'],
      metadata: { first: true },
    });
  });
});

it.each([
  [{ messages: [{ role: 'system', content: 's' }] }, {}, 's'],
  [[{ role: 'user' }, { role: 'developer', content: 'd' }], {}, 'd'],
  [{ system: 'anthropic' }, {}, 'anthropic'],
  // The vendor's server fails on a list of blocks, and with it all events of the trace (section 8, 14).
  [
    {
      system: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    },
    {},
    'a\nb',
  ],
  [{}, { systemPrompt: 'm' }, 'm'],
  [{}, { system: 'n' }, 'n'],
  ['text', {}, undefined],
])('system prompt of %j and %j', (content, metadata, expected) => {
  expect(systemPromptOf({ content, metadata })).toBe(expected);
});

describe('drawn', () => {
  const ask = (params: Record<string, string>, query = '') => {
    const { head, ...rest } = request('');
    return { ...rest, head: { ...head, params, query: new URLSearchParams(query) } };
  };
  const events = [
    readEvent(1),
    readEvent(2, { type: 'llm_response', payload: { metadata: { model: 'gpt;4"#', latencyMs: 5 } } }),
    readEvent(3, { type: 'error', parentStep: 1 }),
    readEvent(4, { type: 'tool_call_request', parentStep: 9, payload: { metadata: { tool: 'search' } } }),
    readEvent(5, { type: 'tool_call_response', step: 2, parentStep: 2 }),
  ];
  const context = { directory: directoryWith(), reader: readerOf(events) };

  it('as a graph: edges by parentStepId, none to steps that are not there', async () => {
    const { body } = await getGraph(ask({ threadId: 't' }), context);
    const { graph } = body as { graph: { nodes: { id: string; hasError: boolean }[]; edges: unknown[] } };
    const id = (i: number) => events[i]?.eventId;
    expect(graph.nodes.map((node) => node.id)).toEqual(events.map(({ eventId }) => eventId));
    expect(graph.nodes.map(({ hasError }) => hasError)).toEqual([false, false, true, false, false]);
    expect(graph.edges).toEqual([
      { from: id(0), to: id(1) },
      { from: id(0), to: id(2) },
      { from: id(1), to: id(4) },
    ]);
  });

  it('as a graph of a period; 404 when nothing is in it, 400 for no date', async () => {
    const within = await getGraph(
      ask({ threadId: 't' }, 'startDate=2026-01-31T09:30:02Z&endDate=2026-01-31T09:30:03Z'),
      context,
    );
    expect(within.body).toMatchObject({ graph: { nodes: [{ stepId: 2 }, { stepId: 3 }] } });
    expect((await getGraph(ask({ threadId: 't' }, 'startDate=2027-01-01'), context)).status).toBe(404);
    expect((await getGraph(ask({ threadId: 'none' }), context)).status).toBe(404);
    expect(await getGraph(ask({ threadId: 't' }, 'endDate=soon'), context)).toMatchObject({
      status: 400,
      body: { success: false, error: expect.any(String) },
    });
  });

  it('as a sequence diagram, tool requests included', async () => {
    const reply = await getMermaid(ask({ traceId: 't' }), context);
    expect(reply.headers).toEqual({ 'content-type': 'text/plain; charset=utf-8' });
    const lines: string[] = [];
    for await (const line of reply.stream ?? []) lines.push(line);
    expect(lines.join('')).toBe(
      [
        'sequenceDiagram',
        '  participant User',
        '  participant Agent',
        '  participant LLM',
        '  participant Tools',
        '  User->>Agent: 1 user_message',
        '  LLM-->>Agent: 2 llm_response gpt#59;4#34;#35;',
        '  Agent-xUser: 3 error',
        '  Agent->>Tools: 4 tool_call_request search',
        '  Tools-->>Agent: 2 tool_call_response',
        '',
      ].join('\n'),
    );
    expect((await getMermaid(ask({ traceId: 'none' }), context)).status).toBe(404);
  });
});
