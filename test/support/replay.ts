/**
 * Replaying recordings against a server. Several recordings name the same project and keys, so each replay gets a
 * project of its own, and what the recording calls its project and its keys is renamed, in the requests and in the
 * expectation alike. Keys that the recording does not list as valid stay as they are: they are meant to be refused.
 */

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestServer } from './server.ts';

const CASES = fileURLToPath(new URL('../../conformance', import.meta.url));

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON is sent without spaces; text is sent as it is; null is no body. */
  readonly body?: unknown;
}

export interface ExpectedTrace {
  readonly traceId: string;
  /** Absent: not compared. */
  readonly spans?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly [field: string]: unknown;
}

export interface Expectation {
  readonly credentials: { readonly projectId?: string; readonly keys: readonly string[] };
  /** `from` is what the recording's server called something that ours names in reply `fromReply`, at `path`. */
  readonly substitutions?: readonly {
    readonly from: string;
    readonly fromReply: number;
    readonly path: readonly string[];
  }[];
  readonly replies: readonly { readonly status: number; readonly body?: unknown }[];
  /** Distinct events that are stored afterwards. */
  readonly events: number;
  readonly traces: readonly ExpectedTrace[];
}

export interface Case {
  readonly dialect: string;
  /** `<dialect>/<case>` */
  readonly name: string;
  readonly requests: readonly RecordedRequest[];
  readonly expected: Expectation;
}

export function readCases(): Case[] {
  return directoriesOf(CASES).flatMap((dialect) =>
    directoriesOf(join(CASES, dialect)).flatMap((name) => {
      const read = (file: string): unknown => JSON.parse(readFileSync(join(CASES, dialect, name, file), 'utf8'));
      if (!existsSync(join(CASES, dialect, name, 'requests.json'))) return [];
      // The files are data of this repository; a shape that is wrong fails in the comparison.
      const { requests } = read('requests.json') as { requests: RecordedRequest[] };
      return [{ dialect, name: `${dialect}/${name}`, requests, expected: read('expected.json') as Expectation }];
    }),
  );
}

function directoriesOf(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The project of one replay, and what it calls the things that the recording calls otherwise. */
export class Tenant {
  /** A key of the project that reads. */
  readonly key: string;
  /** UUIDs are renamed wherever they stand: paths, headers, bodies (Lunary's `app`). They cannot stand there by chance. */
  readonly #uuids = new Map<string, string>();
  /** Other keys are renamed only where they are a word of a header. */
  readonly #words = new Map<string, string>();

  private constructor(key: string) {
    this.key = key;
  }

  static async open(server: TestServer, name: string, { credentials }: Expectation): Promise<Tenant> {
    const project = await server.createProject(name);
    const tenant = new Tenant(project.key);
    if (credentials.projectId !== undefined) tenant.rename(credentials.projectId, project.id);
    for (const key of credentials.keys) {
      // A UUID stays one: whether a credential looks like one decides how it is refused, and where it is looked for.
      const secret = UUID.test(key) ? randomUUID() : `${key}_${randomUUID()}`;
      if (UUID.test(key)) tenant.rename(key, secret);
      else tenant.#words.set(key, secret);
      await server.importKey(secret, project.id);
    }
    return tenant;
  }

  rename(from: string, to: string): void {
    this.#uuids.set(from, to);
  }

  /** Any text, also JSON text: UUIDs need no escapes. Capitals stay capitals, clients may spell a UUID either way. */
  text(recorded: string): string {
    let text = recorded;
    for (const [from, to] of this.#uuids)
      text = text.replaceAll(from, to).replaceAll(from.toUpperCase(), to.toUpperCase());
    return text;
  }

  /** The inverse of `text`. */
  recorded(text: string): string {
    let recorded = text;
    for (const [from, to] of this.#uuids) recorded = recorded.replaceAll(to, from);
    return recorded;
  }

  header(recorded: string): string {
    return this.text(recorded)
      .split(' ')
      .map((word) => this.#words.get(word) ?? word)
      .join(' ');
  }

  /** Part of an expectation, in this project's words. */
  expectation<T>(recorded: T): T {
    return JSON.parse(this.text(JSON.stringify(recorded)));
  }
}

/** One request to send: a recorded one, or a part of one. */
export interface Delivery {
  /** Place in the recording. */
  readonly index: number;
  readonly request: RecordedRequest;
  /** The request holds one event of the recorded one. */
  readonly isPart?: boolean;
  /** Wait until all is stored before the next one is sent, so that it meets the others in the store. */
  readonly thenSettle?: boolean;
}

/** A delivery as it was sent, with its answer. */
export interface Exchange extends Delivery {
  /** `#3 POST /v1/runs/ingest` */
  readonly title: string;
  readonly sent: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** JSON, or the text that is none; `undefined` when the answer is empty. */
  readonly body: unknown;
}

export interface ReplayOptions {
  /** Goes before every path: `/lunary`. */
  readonly prefix?: string;
  /** What to send, in this order; the recording as it is if absent. */
  readonly deliveries?: readonly Delivery[];
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const OF_THE_RECORDING = new Set([...HOP_BY_HOP, 'content-length', 'host']);

export async function replay(
  server: TestServer,
  { requests, expected }: Case,
  tenant: Tenant,
  { prefix = '', deliveries }: ReplayOptions = {},
): Promise<Exchange[]> {
  const agent = new Agent({ keepAlive: true });
  const exchanges: Exchange[] = [];
  try {
    const inOrder = requests.map((request, index): Delivery => ({ index, request }));
    for (const delivery of deliveries ?? inOrder) {
      const { index, request, thenSettle = false } = delivery;
      const path = prefix + tenant.text(request.path);
      const sent = tenant.text(textOfBody(request.body));
      const answer = await send(server.url + path, request, { agent, headers: headersOf(request, tenant), sent });
      exchanges.push({ ...delivery, title: `#${index} ${request.method} ${path}`, sent, ...answer });
      for (const { from, fromReply, path: place } of expected.substitutions ?? []) {
        if (fromReply === index) tenant.rename(from, textAt(answer.body, place));
      }
      if (thenSettle) await server.settle();
    }
  } finally {
    agent.destroy();
  }
  return exchanges;
}

function textOfBody(body: unknown): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function headersOf({ headers }: RecordedRequest, tenant: Tenant): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !OF_THE_RECORDING.has(name.toLowerCase()))
      .map(([name, value]) => [name, tenant.header(value)]),
  );
}

interface Outgoing {
  readonly agent: Agent;
  readonly headers: Record<string, string>;
  readonly sent: string;
}

/** `node:http`, because `fetch` adds headers of its own and normalises paths. */
function send(
  url: string,
  { method }: RecordedRequest,
  { agent, headers, sent }: Outgoing,
): Promise<Pick<Exchange, 'status' | 'headers' | 'body'>> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(sent);
    const length = body.length === 0 ? {} : { 'content-length': String(body.length) };
    const { origin } = new URL(url);
    const outgoing = httpRequest(origin, {
      method,
      agent,
      path: url.slice(origin.length),
      headers: { ...headers, ...length },
    });
    outgoing.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('error', reject)
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: jsonOrText(Buffer.concat(chunks).toString('utf8')),
          }),
        );
    });
    outgoing.end(body);
  });
}

function jsonOrText(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textAt(body: unknown, path: readonly string[]): string {
  let value = body;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[key];
  if (typeof value !== 'string') throw new Error(`the reply has no text at ${path.join('.')}: ${JSON.stringify(body)}`);
  return value;
}
