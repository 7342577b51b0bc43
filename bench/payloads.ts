/** Events of about 1.5 KB, five dialects, deterministic: what a chat call with a short history looks like. */

import { createHash } from 'node:crypto';
import { VOCABULARY } from './vocabulary.ts';

const WORDS =
  'refund order customer policy delivery address invoice agent model answer question please check status thanks'.split(
    ' ',
  );

/** A small linear congruential generator: the same text on every run. */
function words(seed: number, chars: number): string {
  let state = seed;
  let text = '';
  while (text.length < chars) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += `${WORDS[state % WORDS.length]} `;
  }
  return text.slice(0, chars);
}

export interface BenchRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly events: number;
}

export interface Target {
  readonly projectId: string;
  readonly key: string;
}

type Make = (target: Target, id: string, n: number) => BenchRequest;

function weflayr({ projectId, key }: Target, id: string, n: number): BenchRequest {
  const event = {
    event_id: id,
    event_type: 'after',
    method: 'chat.completions.create',
    model: 'gpt-4o-mini',
    provider: 'openai',
    tags: { feature: 'chat', user_id: `u${n % 100}` },
    messages: [{ role: 'user', content: words(n, 600) }],
    elapsed_ms: 820.5,
    response: {
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ message: { role: 'assistant', content: words(n + 1, 500) } }],
      usage: { prompt_tokens: 150, completion_tokens: 120 },
    },
  };
  return {
    path: `/${projectId}/`,
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(event),
    events: 1,
  };
}

function lunaryRun(id: string, n: number, event: 'start' | 'end'): object {
  return event === 'start'
    ? {
        type: 'llm',
        event,
        runId: id,
        timestamp: Date.now(),
        name: 'gpt-4o',
        userId: `u${n % 100}`,
        tags: ['bench'],
        input: [{ role: 'user', content: words(n, 1250) }],
        params: { temperature: 0 },
      }
    : {
        type: 'llm',
        event,
        runId: id,
        timestamp: Date.now() + 820,
        name: 'gpt-4o',
        output: { role: 'assistant', content: words(n, 1250) },
        tokensUsage: { prompt: 150, completion: 120 },
      };
}

function lunary({ key }: Target, id: string, n: number, events: number): BenchRequest {
  const batch = Array.from({ length: events }, (_, i) =>
    lunaryRun(`${id}-${i >> 1}`, n + i, i % 2 === 0 ? 'start' : 'end'),
  );
  return {
    path: '/v1/runs/ingest',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ events: batch }),
    events,
  };
}

function vellum({ key }: Target, id: string, n: number, events: number): BenchRequest {
  const batch = Array.from({ length: events }, (_, i) => {
    const isEnd = i % 2 === 1;
    const definition = {
      id: 'e898de8d-76f8-4209-81fb-f872b7285bb3',
      name: 'SupportWorkflow',
      module: ['app', 'workflows'],
    };
    return {
      name: isEnd ? 'workflow.execution.fulfilled' : 'workflow.execution.initiated',
      id: `${id}-${i}`,
      timestamp: new Date().toISOString(),
      trace_id: `${id}-thread`,
      span_id: `${id}-${i >> 1}`,
      parent: { type: 'EXTERNAL', span_id: 'outside' },
      body: isEnd
        ? { workflow_definition: definition, outputs: { answer: words(n + i, 1100) } }
        : { workflow_definition: definition, inputs: { question: words(n + i, 1100) } },
    };
  });
  return { path: '/monitoring/v1/events', headers: { 'x-api-key': key }, body: JSON.stringify(batch), events };
}

function whyops({ key }: Target, id: string, n: number, events: number): BenchRequest {
  const batch = Array.from({ length: events }, (_, i) => ({
    eventType: 'llm_response',
    traceId: id,
    agentName: 'support',
    content: { content: words(n + i, 1200), finishReason: 'stop' },
    metadata: {
      model: 'gpt-4o',
      provider: 'openai',
      usage: { promptTokens: 150, completionTokens: 120 },
      latencyMs: 820,
    },
  }));
  return {
    path: '/api/events/ingest',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(events === 1 ? batch[0] : batch),
    events,
  };
}

/** One event per request: all dialects that need nothing made beforehand, in turn. */
export const SINGLE: readonly Make[] = [
  weflayr,
  (t, id, n) => lunary(t, id, n, 1),
  (t, id, n) => vellum(t, id, n, 1),
  (t, id, n) => whyops(t, id, n, 1),
];

/** Fifty events per request: the dialects that have batches. */
export const BATCHES: readonly Make[] = [
  (t, id, n) => lunary(t, id, n, 50),
  (t, id, n) => vellum(t, id, n, 50),
  (t, id, n) => whyops(t, id, n, 50),
];

/** Lunary runs of chats that go on for `turns`: every call sends all that was said before. */
export function conversations({ key }: Target, count: number, turns: number, of: 'chats' | 'agents'): BenchRequest[] {
  return Array.from({ length: count * turns }, (_, n) => {
    // Conversations go on side by side, as real ones do.
    const [chat, turn] = [n % count, Math.floor(n / count)];
    const said = (i: number) => uniqueWords(chat * turns + i, 400);
    const history = Array.from({ length: turn + 1 }, (_, i) => [
      { role: 'user', content: said(2 * i) },
      ...(i < turn ? [{ role: 'assistant', content: said(2 * i + 1) }] : []),
    ]).flat();
    // As of a client that draws them: turns of one conversation have nothing in common in their ids.
    const runId = createHash('md5').update(`${chat} ${turn}`).digest('hex');
    const time = 1_795_242_131_000 + turn * 60_000;
    // Each turn of a chat is a trace; the steps of an agent are one, below a run that is never told of.
    const run = { type: 'llm', runId, name: 'gpt-4o', ...(of === 'agents' ? { parentRunId: `agent-${chat}` } : {}) };
    const events = [
      { ...run, event: 'start', timestamp: time, input: history, params: { temperature: 0 } },
      {
        ...run,
        event: 'end',
        timestamp: time + 820,
        output: { role: 'assistant', content: said(2 * turn + 1) },
        tokensUsage: { prompt: 150 * (turn + 1), completion: 120 },
      },
    ];
    const headers = { authorization: `Bearer ${key}` };
    return { path: '/v1/runs/ingest', headers, body: JSON.stringify({ events }), events: 2 };
  });
}

/** Words in an order that never comes again: what is saved is saved on the history alone. */
function uniqueWords(seed: number, chars: number): string {
  let state = (seed * 2_654_435_761) % 2_147_483_648;
  let text = '';
  while (text.length < chars) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    // The low digits of such a generator repeat themselves soon.
    text += `${VOCABULARY[(state >> 12) % VOCABULARY.length]} `;
  }
  return text.slice(0, chars);
}
