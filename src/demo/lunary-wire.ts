/** Runs as Lunary's JavaScript SDK reports them: a start, and later an end or an error, in one batch of a request. */

import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Model } from './models.ts';
import { type DemoRequest, post } from './request.ts';
import type { Customer } from './shop.ts';

export interface Failure {
  readonly message: string;
  readonly stack: string;
}

export interface Run {
  readonly id: string;
  readonly type: 'agent' | 'llm' | 'tool' | 'chain' | 'retriever' | 'embed';
  readonly name: string;
  readonly parent?: string;
  readonly startMs: number;
  /** Absent while it runs. */
  readonly endMs?: number;
  readonly input: JsonValue;
  readonly output?: JsonValue;
  readonly failure?: Failure;
  readonly usage?: JsonObject;
  readonly customer?: Customer;
  readonly params?: JsonObject;
  readonly tags?: readonly string[];
  readonly metadata?: JsonObject;
  /** Of the end: the SDK repeats there what Anthropic says about its cache. */
  readonly endMetadata?: JsonObject;
  /** Fields that no mapping knows. */
  readonly extras?: JsonObject;
}

export function runEvents(run: Run): JsonObject[] {
  const common = {
    type: run.type,
    runId: run.id,
    ...(run.parent === undefined ? {} : { parentRunId: run.parent }),
    ...personOf(run.customer),
    runtime: 'lunary-js',
    name: run.name,
  };
  const start = {
    event: 'start',
    ...common,
    timestamp: run.startMs,
    input: run.input,
    ...(run.params === undefined ? {} : { params: run.params }),
    ...(run.metadata === undefined ? {} : { metadata: run.metadata }),
    ...(run.tags === undefined ? {} : { tags: [...run.tags] }),
    ...run.extras,
  };
  if (run.endMs === undefined) return [start];
  const timestamp = run.endMs;
  if (run.failure !== undefined) return [start, { event: 'error', ...common, timestamp, error: { ...run.failure } }];
  return [
    start,
    {
      event: 'end',
      ...common,
      timestamp,
      output: run.output ?? null,
      ...(run.usage === undefined ? {} : { tokensUsage: run.usage }),
      ...(run.endMetadata === undefined ? {} : { metadata: run.endMetadata }),
    },
  ];
}

export interface ChatMessage {
  readonly id: string;
  readonly thread: string;
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string;
  readonly atMs: number;
  readonly customer: Customer;
  readonly tags: readonly string[];
  readonly thumb?: 'up' | 'down';
  readonly comment?: string;
}

/** A message of a thread, as `openThread().trackMessage()` sends it. */
export function messageEvent({
  id,
  thread,
  role,
  content,
  atMs,
  customer,
  tags,
  thumb,
  comment,
}: ChatMessage): JsonObject {
  const feedback = thumb === undefined ? undefined : { thumb, ...(comment === undefined ? {} : { comment }) };
  return {
    event: 'chat',
    type: 'thread',
    ...personOf(customer),
    parentRunId: thread,
    timestamp: atMs,
    runtime: 'lunary-js',
    runId: id,
    threadTags: [...tags],
    ...(feedback === undefined ? {} : { feedback }),
    message: { id, role, content },
  };
}

export function feedbackEvent(runId: string, atMs: number, feedback: JsonObject): JsonObject {
  return { event: 'feedback', runId, timestamp: atMs, runtime: 'lunary-js', feedback };
}

export function ingest(events: readonly JsonObject[]): DemoRequest {
  const inOrder = events.toSorted((left, right) => Number(left.timestamp) - Number(right.timestamp));
  return post('lunary', '/v1/runs/ingest', { events: inOrder });
}

/** A call of the usual kind: messages in, an answer out. */
export function chatRun(
  run: Omit<Run, 'type' | 'name' | 'output'> & { readonly model: Model; readonly answer: JsonValue },
): Run {
  const { model, answer, ...rest } = run;
  const output = typeof answer === 'string' ? { role: 'assistant', content: answer, refusal: null } : answer;
  return { ...rest, type: 'llm', name: model.name, output };
}

/** A model's wish for a tool, in the words of OpenAI's API. */
export function toolCall(name: string, args: JsonObject): JsonObject {
  const call = { id: `call_${name}`, type: 'function', function: { name, arguments: JSON.stringify(args) } };
  return { role: 'assistant', content: null, tool_calls: [call] };
}

export function toolResult(name: string, content: string): JsonObject {
  return { role: 'tool', tool_call_id: `call_${name}`, content };
}

function personOf(customer: Customer | undefined): JsonObject {
  if (customer === undefined) return {};
  const { id, name, email, country, plan } = customer;
  return { userId: id, userProps: { name, email, country, plan } };
}
