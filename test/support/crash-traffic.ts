/** What the clients of a crash run send: all five vendors, single and in batches, so that every event can be found again. */

export interface Session {
  readonly projectId: string;
  readonly key: string;
  readonly fingerprintId: string;
}

export interface Posting {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Of the events in it; each is found again in the stored payload. */
  readonly markers: readonly string[];
  /** Markers that the request deletes. */
  readonly deletes: readonly string[];
  /** Postings of a group make the same traces, and share nothing with other groups. */
  readonly group: string;
}

/** The nth request of a client; the same arguments give the same request. */
export type Make = (session: Session, client: string, n: number, size: number) => Posting;

const T0_MS = 1_790_000_000_000;
const WHYOPS_POSTINGS_PER_TRACE = 20;
/** Postings between children and their parent, so that they are stored apart. */
const LATE_PARENT_POSTINGS = 16; // Even: requests with an even number are children, the others parents.

const range = (size: number) => Array.from({ length: size }, (_, i) => i);
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const post = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  group: string,
  markers: readonly string[],
): Posting => ({ method: 'POST', path, headers, body, markers, deletes: [], group });

/** A call says that it starts, and with the next request that it is over. */
const weflayr: Make = ({ projectId, key }, client, n) => {
  const group = `${client}-${n >> 1}`;
  const marker = `${client}-${n}.0`;
  const isAfter = n % 2 === 1;
  const body = {
    event_id: group,
    event_type: isAfter ? 'chat.completions.create.after' : 'chat.completions.create.before',
    provider: 'openai',
    model: 'gpt-4o-mini',
    message_count: 1,
    tags: { feature: 'chat', user_id: `u${n % 7}` },
    ...(isAfter ? { elapsed_ms: 10 + n, prompt_tokens: 5 + n, completion_tokens: 1 + (n % 9), output: marker } : {}),
    marker,
  };
  return post(`/${projectId}/`, bearer(key), body, group, [marker]);
};

/** Model calls, and long behind them the agent that they belong to, with feedback. */
const lunary: Make = ({ key }, client, n, size) => {
  const isParent = n % 2 === 1 && n >= LATE_PARENT_POSTINGS;
  const group = `${client}-g${isParent ? n - LATE_PARENT_POSTINGS + 1 : n}`;
  const mark = (i: number) => `${client}-${n}.${i}`;
  const root = { type: 'agent', runId: `${group}-root`, name: 'agent', userId: `user ${n % 5}`, tags: ['crash'] };
  const events = isParent
    ? [
        { ...root, event: 'start', timestamp: T0_MS, input: mark(0) },
        { ...root, event: 'end', timestamp: T0_MS + 900, output: mark(1) },
        { type: null, event: 'feedback', runId: root.runId, timestamp: T0_MS + 950, feedback: { comment: mark(2) } },
      ]
    : range(size).map((i) => ({
        ...{ type: 'llm', runId: `${group}-${i >> 1}`, name: 'gpt-4o', parentRunId: `${group}-root` },
        timestamp: T0_MS + i,
        ...(i % 2 === 0
          ? { event: 'start', input: mark(i) }
          : i % 7 === 0
            ? { event: 'error', error: { message: mark(i), stack: 'at call' } }
            : { event: 'end', output: mark(i), tokensUsage: { prompt: 10 + i, completion: 3 } }),
      }));
  const markers = events.map((_, i) => mark(i));
  const body = { events: events.map((event, i) => ({ ...event, marker: mark(i) })) };
  return post('/v1/runs/ingest', bearer(key), body, group, markers);
};

/** Two runs; one of them is deleted, the other gets feedback. */
const lunaryDeleting: Make = ({ key }, client, n) => {
  const group = `${client}-${Math.floor(n / 3)}`;
  const marker = (part: string) => `${group}.${part}`;
  const run = (name: string, i: number) => ({
    ...{ type: 'llm', event: 'end', runId: `${group}-${name}`, name: 'gpt-4o', timestamp: T0_MS + i },
    ...{ output: 'a', tokensUsage: { prompt: 2, completion: 1 }, marker: marker(name) },
  });
  if (n % 3 === 0) {
    const body = { events: [run('keep', 0), run('gone', 1)] };
    return post('/v1/runs/ingest', bearer(key), body, group, [marker('keep'), marker('gone')]);
  }
  if (n % 3 === 1) {
    const path = `/v1/runs/${group}-gone`;
    const deletes = [marker('gone')];
    return { method: 'DELETE', path, headers: bearer(key), body: undefined, markers: [], deletes, group };
  }
  const feedback = { thumb: 'up', comment: marker('feedback') };
  const event = { type: null, event: 'feedback', runId: `${group}-keep`, timestamp: T0_MS + 5, feedback };
  const body = { events: [{ ...event, marker: marker('feedback') }] };
  return post('/v1/runs/ingest', bearer(key), body, group, [marker('feedback')]);
};

const vellum: Make = ({ key }, client, n, size) => {
  const group = `${client}-${n}`;
  const mark = (i: number) => `${group}.${i}`;
  const workflow = {
    type: 'WORKFLOW',
    span_id: `${group}-w`,
    workflow_definition: { id: 'w', name: 'W', module: ['m'] },
  };
  const node = { id: 'n', name: 'N', module: ['m'] };
  const body = range(size).map((i) => ({
    id: mark(i),
    name: i % 2 === 0 ? 'node.execution.initiated' : 'node.execution.fulfilled',
    timestamp: `2026-01-15T09:30:00.${String(100 + i)}Z`,
    trace_id: `${group}-t`,
    span_id: `${group}-s${i >> 1}`,
    parent: workflow,
    body: {
      node_definition: node,
      ...(i % 2 === 0 ? { inputs: { marker: mark(i) } } : { outputs: { marker: mark(i) } }),
    },
  }));
  return post('/monitoring/v1/events', { 'x-api-key': key }, body, group, range(size).map(mark));
};

const voker: Make = ({ key, fingerprintId }, client, n) => {
  const group = `${client}-${n}`;
  const body = {
    event_name: 'llm',
    fingerprint_id: fingerprintId,
    agent: `agent ${n % 3}`,
    session: `s ${n % 11}`,
    properties: { inputs: { model: 'gpt-4o' }, output: { marker: `${group}.0` } },
  };
  return post('/api/v1/events', { ...bearer(key), 'idempotency-key': group }, body, group, [`${group}.0`]);
};

/** Several requests share a trace, so that its step numbers go across crashes. */
const whyops: Make = ({ key }, client, n, size) => {
  const group = `${client}-${Math.floor(n / WHYOPS_POSTINGS_PER_TRACE)}`;
  const mark = (i: number) => `${client}-${n}.${i}`;
  const body = range(size).map((i) => ({
    ...{ eventType: i % 2 === 0 ? 'user_message' : 'llm_response', traceId: group, agentName: 'a' },
    ...{ spanId: mark(i & ~1), timestamp: new Date(T0_MS + n * 100 + i).toISOString(), idempotencyKey: mark(i) },
    content: i % 2 === 0 ? { marker: mark(i) } : { content: 'a', marker: mark(i), finishReason: 'stop' },
    ...(i % 2 === 0
      ? {}
      : { metadata: { model: 'openai/gpt-4o', provider: 'openai', usage: { promptTokens: 42, completionTokens: i } } }),
  }));
  const path = size % 4 === 0 ? '/api/events' : '/api/events/ingest';
  return post(path, bearer(key), body, group, range(size).map(mark));
};

export const MAKERS: readonly Make[] = [weflayr, lunary, vellum, voker, whyops, lunaryDeleting];

/** A large body: some of them fill a segment of the log. */
export function bulk({ projectId, key }: Session, id: string, bytes: number): Posting {
  const body = { event_id: id, event_type: 'chat.before', model: 'm', marker: `${id}.0`, padding: 'x'.repeat(bytes) };
  return post(`/${projectId}/`, bearer(key), body, id, [`${id}.0`]);
}
