/** The inputs that are requests: sent to the real server over connections that stay open, and what it stored counted at the end. */

import { Agent, request as httpRequest } from 'node:http';
import { isObject } from '../../src/canonical/json.ts';
import { dialects } from '../../src/dialects/all.ts';
import { Router } from '../../src/intake/router.ts';
import { TestServer } from '../support/server.ts';
import { newSender } from '../support/vendors.ts';
import { checkBody, STATUSES } from './check-replies.ts';
import { Finding, must, propertyOf } from './finding.ts';
import { type HttpRequest, type HttpWorld, httpRequestOf, type Operation } from './http-inputs.ts';
import { isHttp } from './inputs.ts';
import { readSeeds } from './seeds.ts';
import type { Found } from './worker.ts';

const SENT_AT_ONCE = 8;
/** The server gives up a question to its store after 30 s, and some routes ask several. */
const ANSWER_MS_MAX = 120_000;
const SETTLE_MS_MAX = 300_000;
/** Node's own parser, before anybody of ours is asked. */
const OF_NODE = new Set([400, 408, 413, 417, 431]);
const OWN_STATUSES = [400, 401, 403, 404, 405, 408, 413, 415, 429, 503];

export interface HttpTotals {
  requests: number;
  readonly statuses: Record<string, number>;
  acceptedEvents: number;
  /** Of answers that are `{}` whether there was anything to store or not. */
  maybeAccepted: number;
  slowest: { readonly n: number; readonly ms: number; readonly path: string };
  rssBytes: number;
}

export class HttpFuzzer {
  readonly #server: TestServer;
  readonly #world: HttpWorld;
  readonly #router = new Router(dialects);
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SENT_AT_ONCE });
  readonly totals: HttpTotals = {
    requests: 0,
    statuses: {},
    acceptedEvents: 0,
    maybeAccepted: 0,
    slowest: { n: -1, ms: 0, path: '' },
    rssBytes: 0,
  };

  private constructor(server: TestServer, world: HttpWorld) {
    this.#server = server;
    this.#world = world;
  }

  static async start(): Promise<HttpFuzzer> {
    const server = await TestServer.start();
    const [sender, other] = [await newSender(server, 'fuzz'), await newSender(server, 'fuzzed settings')];
    const senders = {
      projectId: sender.projectId,
      key: sender.key,
      fingerprint: sender.fingerprint,
      otherKey: other.key,
    };
    return new HttpFuzzer(server, { seeds: readSeeds(), operations: await operationsOf(server), senders });
  }

  /** `{key}` in a header is a key of a project that nothing else is sent to. */
  withKey(request: HttpRequest): HttpRequest {
    const { otherKey } = this.#world.senders;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, value.replace('{key}', otherKey)]);
    return { ...request, headers: Object.fromEntries(headers) };
  }

  requestOf(seed: number, n: number): HttpRequest {
    return httpRequestOf(seed, n, this.#world);
  }

  /** Requests `from` to `to`, several at a time. */
  async run(seed: number, from: number, to: number, onFound: (found: Found) => void): Promise<void> {
    let next = from;
    const sendOn = async () => {
      for (;;) {
        while (next < to && !isHttp(next)) next += 1;
        if (next >= to) return;
        const n = next;
        next += 1;
        try {
          await this.checkOne(this.requestOf(seed, n), n);
        } catch (error) {
          onFound({
            n,
            property: `HTTP, ${propertyOf(error)}`,
            detail: error instanceof Error ? error.message : String(error),
          });
        }
      }
    };
    await Promise.all(Array.from({ length: SENT_AT_ONCE }, sendOn));
  }

  async checkOne(sent: HttpRequest, n: number): Promise<void> {
    const startedAt = performance.now();
    const answer = await this.#send(sent);
    const ms = Math.round(performance.now() - startedAt);
    this.totals.requests += 1;
    if (ms > this.totals.slowest.ms) this.totals.slowest = { n, ms, path: `${sent.method} ${sent.path.slice(0, 200)}` };
    this.totals.statuses[answer.status] = (this.totals.statuses[answer.status] ?? 0) + 1;
    must(answer.status < 500 || answer.status === 503, `answer ${answer.status}`, () => [
      sent.method,
      sent.path,
      answer.text,
    ]);
    if (answer.hasReceipt) {
      if (answer.text === '{}') this.totals.maybeAccepted += 1;
      else this.totals.acceptedEvents += acceptedIn(answer.text);
    }
    this.#checkShape(sent, answer);
  }

  #checkShape(sent: HttpRequest, { status, text, type }: Answer): void {
    const said = `${sent.path}${decodeLoosely(sent.path)}${JSON.stringify(sent.headers)}${sent.body.toString()}`;
    if (text === '' && (OF_NODE.has(status) || status < 300 || status === 302 || sent.method === 'HEAD')) return;
    const [pathname = ''] = sent.path.split('?', 1);
    const routing = this.#router.find(sent.method, pathname);
    // The dashboard and the own API live among the vendors' paths.
    const isOwn =
      routing.kind === 'none' ||
      sent.method === 'OPTIONS' ||
      (routing.kind === 'miss' && pathname.startsWith('/api/tributary/'));
    if (type?.startsWith('application/json') !== true) {
      // Exports, the page of a trace, metrics; errors are always JSON.
      must(status < 400, `answer ${status} is no JSON`, () => [sent.path, text]);
      return;
    }
    if (!isOwn) {
      const { name } = routing.kind === 'match' ? routing.match.dialect : routing.dialect;
      must(STATUSES[name].has(status), `${name}: status ${status}`, () => [sent.method, sent.path, text]);
      // What others have sent is read back; only refusals are about this request alone.
      if (status >= 400) checkBody(name, status, text, said);
      else if (!/\/export\/*$/.test(pathname)) JSON.parse(text);
      return;
    }
    const body: unknown = JSON.parse(text);
    if (status >= 400 && status !== 503)
      must(
        isObject(body) &&
          isObject(body.error) &&
          typeof body.error.code === 'string' &&
          typeof body.error.message === 'string',
        'own API: an error of another shape',
        () => [sent.path, text],
      );
    if (sent.statuses !== undefined)
      must([...sent.statuses, ...OWN_STATUSES].includes(status), `own API: status ${status} is not described`, () => [
        sent.method,
        sent.path,
        text,
      ]);
  }

  #send({ method, path, headers, body }: HttpRequest): Promise<Answer> {
    const { hostname, port } = new URL(this.#server.url);
    return new Promise((resolve, reject) => {
      const length =
        body.length === 0 && (method === 'GET' || method === 'HEAD') ? {} : { 'content-length': String(body.length) };
      const outgoing = httpRequest(
        { hostname, port, method, path, headers: { ...headers, ...length }, agent: this.#agent },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming
            .on('data', (part: Buffer) => parts.push(part))
            .on('error', reject)
            .on('end', () =>
              resolve({
                status: incoming.statusCode ?? 0,
                text: Buffer.concat(parts).toString(),
                type: incoming.headers['content-type'],
                hasReceipt: incoming.headers['x-tributary-receipt'] !== undefined,
              }),
            );
        },
      );
      outgoing.setTimeout(ANSWER_MS_MAX, () => outgoing.destroy(new Finding('no answer', `${method} ${path}`)));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Everything that was accepted is stored, or known to be a repeat; nobody complained. */
  async finish(): Promise<readonly Found[]> {
    const found: Found[] = [];
    const tell = (property: string, detail: unknown) => found.push({ n: -1, property, detail: JSON.stringify(detail) });
    try {
      await this.#server.settle(SETTLE_MS_MAX);
      const text = await (await fetch(`${this.#server.url}/metrics`)).text();
      const value = (name: string) => Number(new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
      const accepted = value('accepted_events_total');
      const [loaded, repeated, sampledOut] = [
        value('loaded_events_total'),
        value('duplicate_events_total'),
        value('sampled_out_events_total'),
      ];
      this.totals.rssBytes = value('process_resident_memory_bytes');
      const { acceptedEvents, maybeAccepted } = this.totals;
      if (accepted < acceptedEvents || accepted > acceptedEvents + maybeAccepted)
        tell('HTTP: not as many accepted as were answered', { accepted, acceptedEvents, maybeAccepted });
      if (accepted !== loaded + repeated + sampledOut)
        tell('HTTP: not as many stored as accepted', { accepted, loaded, repeated, sampledOut });
      if (value('dead_letters_total') > 0) tell('HTTP: dead letters', value('dead_letters_total'));
    } catch (error) {
      tell('HTTP: the server is gone', String(error));
    }
    const complaints = this.#server.stderr.filter((line) => /"level":(?:50|60)|"error"|"fatal"/.test(line));
    for (const line of complaints.slice(0, 5)) tell('HTTP: the server reports an error', line.slice(0, 2000));
    return found;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#server.stop();
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type: string | undefined;
  readonly hasReceipt: boolean;
}

/** How many events an answer says it took, in any vendor's words. */
function acceptedIn(text: string): number {
  const body: unknown = text === '' ? {} : JSON.parse(text);
  const results = isObject(body) && Array.isArray(body.results) ? body.results : body;
  if (Array.isArray(results))
    return results.filter((result: unknown) => !isObject(result) || result.success !== false).length;
  if (!isObject(body)) return 1;
  return Number(body.count ?? body.queuedCount ?? 1);
}

/** Nothing that ends the run, lasts, or writes files: those have tests of their own. */
const LEFT_OUT = /backup|live|\/keys\/\{/;

async function operationsOf(server: TestServer): Promise<Operation[]> {
  const document: unknown = await (await fetch(`${server.url}/openapi.json`)).json();
  const paths = isObject(document) && isObject(document.paths) ? document.paths : {};
  return Object.entries(paths).flatMap(([path, methods]) =>
    LEFT_OUT.test(path) || !isObject(methods)
      ? []
      : Object.entries(methods).flatMap(([method, operation]) =>
          isObject(operation) ? operationOf(method, path, operation) : [],
        ),
  );
}

function operationOf(method: string, path: string, operation: Readonly<Record<string, unknown>>): Operation[] {
  const responses = isObject(operation.responses) ? operation.responses : {};
  const text = JSON.stringify(responses);
  if (text.includes('text/event-stream')) return [];
  const names = JSON.stringify(operation.requestBody ?? {}).matchAll(
    /"(\w+)":\{"(?:type|anyOf|enum|\$ref|minLength|format)"/g,
  );
  return [
    {
      method: method.toUpperCase(),
      path,
      // The document is ours; its parameters have this shape.
      parameters: (operation.parameters ?? []) as unknown as Operation['parameters'],
      bodyNames: [...new Set([...names].map(([, name = '']) => name))].filter((name) => name !== 'schema'),
      statuses: Object.keys(responses).map(Number),
    },
  ];
}

function decodeLoosely(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}
