/** WhyOps's API as its users call it, and the events of the tests about it. */

import type { TestServer } from './server.ts';

export interface Answer<T> {
  readonly status: number;
  /** `undefined` when the answer is no JSON. Its shape is the caller's claim; a wrong one fails in the comparison. */
  readonly body: T;
  readonly text: string;
  readonly headers: Headers;
}

export type Call = <T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer<T>>;

/** A text is sent as it stands. */
export function callerOf(url: string, identity: Readonly<Record<string, string>>): Call {
  return async <T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', ...identity, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const parsed: T = isJson ? JSON.parse(text) : undefined;
    return { status: response.status, body: parsed, text, headers: response.headers };
  };
}

export function bearer(key: string): { readonly authorization: string } {
  return { authorization: `Bearer ${key}` };
}

export interface Project {
  readonly id: string;
  readonly key: string;
  readonly call: Call;
}

let projects = 0;

export async function newProject(server: TestServer): Promise<Project> {
  projects += 1;
  const { id, key } = await server.createProject(`whyops ${projects}`);
  return { id, key, call: callerOf(server.url, bearer(key)) };
}

export interface Result {
  readonly id: string;
  readonly status: string;
  readonly stepId: number;
  readonly parentStepId?: number;
  readonly spanId: string;
}

export interface EventItem extends Result {
  readonly eventType: string;
  readonly timestamp: string;
  readonly content: unknown;
  readonly metadata: object;
}

export interface EventsBody {
  readonly events: readonly EventItem[];
  readonly pagination: { readonly total: number };
}

interface ModelItem {
  readonly totalCost: number | null;
}

export interface ThreadBody {
  readonly events: readonly EventItem[];
  readonly eventsPagination: unknown;
  readonly eventCount: number;
  readonly totalTokens: number;
  readonly models: readonly ModelItem[];
  readonly totalCost: number | null;
}

export interface ThreadsBody {
  readonly threads: readonly { readonly threadId: string }[];
  readonly pagination: { readonly total: number };
}

export interface GraphBody {
  readonly graph: {
    readonly nodes: readonly { readonly id: string; readonly stepId: number }[];
    readonly edges: readonly { readonly from: string; readonly to: string }[];
  };
}

export interface Registered {
  readonly status: 'created' | 'existing';
  readonly agentId: string;
  readonly agentVersionId: string;
  readonly versionHash: string;
}

/** The second of a minute in the past. */
export function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
}

export function common(traceId: string, agentName = 'support') {
  return { traceId, agentName };
}

export function message(traceId: string, more: object = {}) {
  return { eventType: 'user_message', ...common(traceId), ...more };
}

interface Model {
  readonly model?: string;
  readonly provider?: string;
}

export function answered(
  traceId: string,
  usage: object,
  { model = 'gpt-4o', provider = 'openai' }: Model = {},
  more: object = {},
) {
  const metadata = { model, provider, usage, latencyMs: 820 };
  return { eventType: 'llm_response', ...common(traceId), content: { content: 'hello' }, metadata, ...more };
}

export const TOOL_CALL = {
  eventType: 'tool_call',
  content: { toolCalls: [{ name: 'search', arguments: { q: 1 } }], toolResults: { r: 2 } },
  metadata: { tool: 'search', latencyMs: 500 },
};

export async function registered(call: Call, systemPrompt: string, agentName = 'support'): Promise<Registered> {
  const metadata = { systemPrompt, tools: [] };
  return (await call<Registered>('POST', '/api/entities/init', { agentName, metadata })).body;
}
