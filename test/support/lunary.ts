/** A project that speaks Lunary: sends events, writes back, and reads through the vendor's own routes. */

import { vendorUuid } from '../../src/dialects/lunary/ids.ts';
import type { TestServer } from './server.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Answer<T = Json> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export class LunaryProject {
  readonly server: TestServer;
  readonly id: string;
  readonly key: string;

  private constructor(server: TestServer, id: string, key: string) {
    this.server = server;
    this.id = id;
    this.key = key;
  }

  static async open(server: TestServer, name: string): Promise<LunaryProject> {
    const { id, key } = await server.createProject(name);
    return new LunaryProject(server, id, key);
  }

  /** A key with these scopes only. */
  async keyWith(...scopes: readonly string[]): Promise<string> {
    const { secret } = await this.server.post<{ secret: string }>('/keys', {
      name: scopes.join(),
      scopes,
      project: this.id,
    });
    return secret;
  }

  /** `key` null sends none. */
  async call<T = Json>(
    method: string,
    path: string,
    { body, key = this.key, userAgent }: { body?: unknown; key?: string | null; userAgent?: string } = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.server.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json;') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as T,
    };
  }

  get<T = Json>(path: string, key: string | null = this.key): Promise<Answer<T>> {
    return this.call<T>('GET', path, { key });
  }

  patch(path: string, body: unknown, key: string | null = this.key): Promise<Answer> {
    return this.call('PATCH', path, { body, key });
  }

  async send(events: readonly Json[], key = this.id): Promise<Answer> {
    const answer = await this.call('POST', '/v1/runs/ingest', { body: { events }, key });
    const results = answer.body.results as { success: boolean; error?: string }[] | undefined;
    const failed = results?.find((result) => !result.success);
    if (answer.status !== 200 || failed !== undefined) throw new Error(`refused: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** The body of a read that must succeed. */
  async read<T = Json>(path: string): Promise<T> {
    const answer = await this.get<T>(path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }
}

/** 2026-01-15T09:30:00Z, in milliseconds. */
export const T0 = Date.UTC(2026, 0, 15, 9, 30);
export const start = (runId: string, more: Json = {}): Json => ({
  ...{ type: 'llm', event: 'start', runId, timestamp: T0, name: 'gpt-4o', input: [{ role: 'user', content: 'Hi' }] },
  ...more,
});
export const end = (runId: string, more: Json = {}): Json => ({
  ...{ type: 'llm', event: 'end', runId, timestamp: T0 + 1500, output: { role: 'assistant', content: 'Hello' } },
  ...{ tokensUsage: { prompt: 10, completion: 5 } },
  ...more,
});
export const chat = (runId: string, thread: string, at: number, message: Json, more: Json = {}): Json => ({
  ...{ type: 'thread', event: 'chat', runId, parentRunId: thread, timestamp: T0 + at, message },
  ...more,
});
export const feedback = (runId: string, patch: Json | null, at = 2000, more: Json = {}): Json => ({
  ...{ type: null, event: 'feedback', runId, timestamp: T0 + at, feedback: patch },
  ...more,
});

export interface List {
  readonly total: number;
  readonly page: number;
  readonly limit: number;
  readonly data: readonly (Json & { readonly id: string })[];
}
export const idsOf = ({ data }: List) => data.map(({ id }) => id);
export const uuids = (...ids: readonly string[]) => ids.map(vendorUuid);
