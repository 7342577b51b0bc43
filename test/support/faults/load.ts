/**
 * Clients of all five vendors that send without a break, and a ledger of what was acknowledged. Refused requests are sent
 * again, as a client that honours `Retry-After` does; what a refusal looks like is checked where it is received.
 */

import { random } from '../crash-harness.ts';
import type { TestServer } from '../server.ts';

export interface Account {
  readonly projectId: string;
  readonly key: string;
  /** Voker's events name one. */
  readonly fingerprint: string;
}

interface Posting {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Client {
  readonly dialect: string;
  /** The member of an error that says what is wrong, at the top level. */
  readonly errorMember: string;
  readonly batch: number;
  post(account: Account, ids: readonly string[], pad: string): Posting;
}

/** Stands in every payload; the ids are letters, digits, dots and dashes. */
const MARKER = /m~([\w.-]+)~/;
const mark = (id: string, pad: string) => `m~${id}~${pad}`;

export const CLIENTS: readonly Client[] = [
  {
    dialect: 'weflayr',
    errorMember: 'detail',
    batch: 1,
    post: ({ projectId, key }, [id = ''], pad) => ({
      path: `/${projectId}/`,
      headers: { authorization: `Bearer ${key}` },
      body: { event_id: id, event_type: 'chat.after', model: 'm', output: mark(id, pad) },
    }),
  },
  {
    dialect: 'lunary',
    errorMember: 'message',
    batch: 6,
    post: ({ key }, ids, pad) => ({
      path: '/v1/runs/ingest',
      headers: { authorization: `Bearer ${key}` },
      body: {
        events: ids.map((id, i) => ({
          ...{ type: 'llm', event: 'start', runId: id, timestamp: new Date().toISOString(), input: mark(id, pad) },
          ...(i === 0 ? {} : { parentRunId: ids[0] }),
          ...{ name: 'n', userId: `user ${i}`, userProps: { at: id } },
        })),
      },
    }),
  },
  {
    dialect: 'vellum',
    errorMember: 'detail',
    batch: 4,
    post: ({ key }, ids, pad) => ({
      path: '/monitoring/v1/events',
      headers: { 'x-api-key': key },
      body: ids.map((id) => ({
        ...{ id, name: 'workflow.execution.initiated', timestamp: new Date().toISOString(), trace_id: id, span_id: id },
        body: { workflow_definition: { name: 'w' }, inputs: { value: mark(id, pad) } },
      })),
    }),
  },
  {
    dialect: 'voker',
    errorMember: 'message',
    batch: 1,
    post: ({ key, fingerprint }, [id = ''], pad) => ({
      path: '/api/v1/events',
      headers: { authorization: `Bearer ${key}` },
      body: {
        ...{ event_name: 'llm', fingerprint_id: fingerprint, event_id: id, agent: 'a', session: 's' },
        properties: { inputs: { messages: [] }, output: mark(id, pad) },
      },
    }),
  },
  {
    dialect: 'whyops',
    errorMember: 'error',
    batch: 3,
    post: ({ key }, ids, pad) => ({
      path: '/api/events/ingest',
      headers: { authorization: `Bearer ${key}` },
      body: ids.map((id) => ({
        ...{ eventType: 'user_message', traceId: ids[0], agentName: 'a', idempotencyKey: id },
        content: { text: mark(id, pad) },
      })),
    }),
  },
];

export interface LoadOptions {
  readonly seed: number;
  readonly clientsPerVendor?: number;
  /** Characters added to every event. */
  readonly padChars?: number;
  /** Between two requests of one client. */
  readonly pauseMs?: number;
  /** Goes before the ids, for a second load on the same data. */
  readonly name?: string;
}

export class Load {
  readonly acknowledged = new Set<string>();
  /** Sent, and the connection ended without an answer: may be stored or not. */
  readonly unanswered = new Set<string>();
  readonly refused = new Map<string, number>();
  /** Answers that should not have been. */
  readonly problems = new Set<string>();
  /** Slowest answer, refusals included. */
  slowestMs = 0;
  #url: string | undefined;
  readonly #account: Account;
  readonly #options: LoadOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  private constructor(url: string, account: Account, options: LoadOptions) {
    this.#url = url;
    this.#account = account;
    this.#options = options;
  }

  static async start(server: TestServer, options: LoadOptions): Promise<Load> {
    const load = new Load(server.url, await openAccount(server), options);
    load.#run();
    return load;
  }

  /** A server that was started again has another address; `undefined` while there is none. */
  moveTo(url: string | undefined): void {
    this.#url = url;
  }

  /** Pages of them are to be short. */
  get isLarge(): boolean {
    return (this.#options.padChars ?? 0) > 10_000;
  }

  get refusals(): number {
    return [...this.refused.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Ends the clients; resolves when the last answer is there. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** Until so many events more are acknowledged. */
  async grow(events: number): Promise<void> {
    const goal = this.acknowledged.size + events;
    while (this.acknowledged.size < goal) await pause(10);
  }

  /** Until so many requests more are refused. */
  async refusedMore(requests: number): Promise<void> {
    const goal = this.refusals + requests;
    while (this.refusals < goal) await pause(10);
  }

  #run(): void {
    const { seed, clientsPerVendor = 1, name = '' } = this.#options;
    for (const [vendor, client] of CLIENTS.entries()) {
      for (let i = 0; i < clientsPerVendor; i += 1) {
        this.#running.push(this.#send(client, `${name}${client.dialect}-${i}`, random(seed + vendor * 100 + i)));
      }
    }
  }

  async #send(client: Client, name: string, rng: () => number): Promise<void> {
    const { padChars = 0, pauseMs = 2 } = this.#options;
    const pad = 'x'.repeat(padChars);
    for (let n = 0; !this.#stop.signal.aborted; n += 1) {
      const size = client.batch === 1 ? 1 : 1 + Math.floor(rng() * client.batch);
      const ids = Array.from({ length: size }, (_, i) => `${name}.${n}.${i}`);
      while (!(await this.#deliver(client, ids, pad)) && !this.#stop.signal.aborted) await pause(100);
      await pause(pauseMs);
    }
  }

  /** False when it is to be sent again. */
  async #deliver(client: Client, ids: readonly string[], pad: string): Promise<boolean> {
    if (this.#url === undefined) return false;
    const { path, headers, body } = client.post(this.#account, ids, pad);
    const sentAt = performance.now();
    try {
      const response = await fetch(this.#url + path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      this.slowestMs = Math.max(this.slowestMs, performance.now() - sentAt);
      if (response.status < 300) {
        for (const id of ids) this.acknowledged.add(id);
        return true;
      }
      this.#checkRefusal(client, response, text);
      return false;
    } catch {
      for (const id of ids) this.unanswered.add(id);
      // Half of the clients give up on an unanswered request, as most SDKs do; the others send it again.
      return client.batch % 2 === 0;
    }
  }

  #checkRefusal({ dialect, errorMember }: Client, response: Response, text: string): void {
    this.refused.set(dialect, (this.refused.get(dialect) ?? 0) + 1);
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    const problem = (what: string) =>
      this.problems.add(`${dialect}: ${what}: ${response.status} ${text.slice(0, 200)}`);
    if (response.status !== 503) problem('not refused with 503');
    if (!(retryAfter >= 1 && retryAfter <= 5)) problem(`Retry-After is ${retryAfter}`);
    if (!text.includes(`"${errorMember}":`)) problem('not in the shape of the vendor');
  }
}

export interface Audit {
  readonly acknowledged: number;
  readonly stored: number;
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
}

interface Page {
  readonly data: readonly { readonly payload: unknown }[];
  readonly nextCursor: string | null;
}

const PAGE = 1000;
const LARGE_PAGE = 50;

/** What was acknowledged against what the API shows. */
export async function audit(server: TestServer, load: Load): Promise<Audit> {
  const copies = new Map<string, number>();
  for (let cursor: string | null = ''; cursor !== null; ) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page = await server.get(`/events?limit=${load.isLarge ? LARGE_PAGE : PAGE}${from}`);
    for (const { payload } of page.data) {
      const id = MARKER.exec(JSON.stringify(payload))?.[1] ?? '';
      copies.set(id, (copies.get(id) ?? 0) + 1);
    }
    cursor = page.nextCursor;
  }
  return {
    acknowledged: load.acknowledged.size,
    stored: copies.size,
    missing: [...load.acknowledged].filter((id) => !copies.has(id)),
    doubled: [...copies].filter(([, count]) => count > 1).map(([id]) => id),
  };
}

async function openAccount({ url, projectId, key }: TestServer): Promise<Account> {
  const response = await fetch(`${url}/api/v1/fingerprints`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language: 'python', language_version: '3.12', system: 'linux' }),
  });
  const { fingerprint_id: fingerprint } = (await response.json()) as { fingerprint_id: string };
  return { projectId, key, fingerprint };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
