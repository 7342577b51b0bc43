/** The own API over HTTP. Types come from the routes in query/; nothing of the server is loaded. */

import { elementTexts, memberText } from '../canonical/json-text.ts';
import type { Target } from './credentials.ts';
import { exchange, type Reply, reasonOf } from './exchange.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { visible } from './text.ts';

/** As in query/api.ts, which would bring the whole server with it. */
const API_PREFIX = '/api/tributary/v1';
/** Longer than the server's own bound for a query. */
const ANSWER_MS_MAX = 60_000;
/** Less than the API gives at most: payloads may be large, and the first rows should be there soon. */
const PAGE_ROWS = 200;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Answer<Body> {
  readonly body: Body;
  /** As it was sent: payloads survive only in this form. */
  readonly text: string;
  readonly position: number | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly texts: readonly string[];
  readonly nextCursor: string | null;
  readonly position: number | undefined;
}

export class Client {
  readonly #target: Target;

  constructor(target: Target) {
    this.#target = target;
  }

  get url(): string {
    return this.#target.url;
  }

  get<Body>(path: string, query: Query = {}): Promise<Answer<Body>> {
    return this.#ask('GET', path, query);
  }

  post<Body>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.#ask('POST', path, {}, body);
  }

  put<Body>(path: string, body: unknown, query: Query = {}): Promise<Answer<Body>> {
    return this.#ask('PUT', path, query, body);
  }

  patch<Body>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.#ask('PATCH', path, {}, body);
  }

  delete<Body>(path: string, query: Query = {}): Promise<Answer<Body>> {
    return this.#ask('DELETE', path, query);
  }

  async page<Item>(path: string, query: Query): Promise<Page<Item>> {
    const { body, text, position } = await this.get<{ data: Item[]; nextCursor: string | null }>(path, query);
    if (!Array.isArray(body.data)) throw this.#notTributary();
    return {
      items: body.data,
      texts: elementTexts(memberText(text, 'data') ?? '') ?? [],
      nextCursor: body.nextCursor,
      position,
    };
  }

  /** Page by page, `limit` items in all. */
  async *pages<Item>(path: string, query: Query, limit: number): AsyncGenerator<Page<Item>> {
    let missing = limit;
    let cursor: string | undefined;
    do {
      const page: Page<Item> = await this.page(path, { ...query, limit: Math.min(missing, PAGE_ROWS), cursor });
      yield page;
      missing -= page.items.length;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && missing > 0);
  }

  async #ask<Body>(method: string, path: string, query: Query, body?: unknown): Promise<Answer<Body>> {
    const { status, text, position } = await this.#exchange(method, path, query, body);
    const parsed = parse(text);
    if (status < 200 || status > 299) throw this.#refusal(status, parsed);
    if (typeof parsed !== 'object' || parsed === null) throw this.#notTributary();
    // The server's own answer, of the type that its route declares.
    return { body: parsed as Body, text, position };
  }

  async #exchange(method: string, path: string, query: Query, body: unknown): Promise<Reply> {
    const given = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
    const url = `${this.#target.url}${API_PREFIX}${path}${given.size === 0 ? '' : `?${given}`}`;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.#target.key !== undefined) headers.authorization = `Bearer ${this.#target.key}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const options = { method, headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) };
    try {
      return await exchange(url, options, body === undefined ? undefined : JSON.stringify(body));
    } catch (error) {
      throw new CliError(
        EXIT.unreachable,
        `The server at ${this.#target.url} cannot be reached (${visible(reasonOf(error))}): start it with "tributary serve", or name another one with --url or TRIBUTARY_URL.`,
      );
    }
  }

  #refusal(status: number, body: unknown): CliError {
    const { message, path } = errorOf(body);
    if (status >= 500) {
      const said = message === undefined ? `it answered ${status}` : asClause(message);
      return new CliError(EXIT.serverFailed, `The server failed (${said}): try again, or look at its log.`);
    }
    if (message === undefined) return this.#notTributary();
    if (status === 401 || status === 403) return this.#notPermitted(status, message);
    return new CliError(codeOf(status), sentence(status, visible(message), visible(path ?? '')));
  }

  #notPermitted(status: number, message: string): CliError {
    const says = this.#target.key === undefined ? 'A key is needed' : visible(message);
    const which = status === 403 ? 'one that has it' : 'the key of a project';
    return new CliError(EXIT.notPermitted, `${says}: give ${which} with --key or TRIBUTARY_KEY.`);
  }

  #notTributary(): CliError {
    return new CliError(
      EXIT.unreachable,
      `What answers at ${this.#target.url} is not Tributary: name its address with --url or TRIBUTARY_URL.`,
    );
  }
}

/** What to do about it, by the parameter that the server names. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  traceId: '"tributary traces" lists the traces of the project',
  position: '"tributary dead-letters list" lists the letters of the project',
  keyId: '"tributary keys list" lists the keys',
  project: '"tributary projects list" lists the projects',
  priceId: '"tributary prices" lists the own prices of the project',
  agentName: 'an agent is known when an event has named it',
  receipt: 'a receipt is the header x-tributary-receipt of an answer to a request of this project',
};

function sentence(status: number, message: string, path: string): string {
  const hint = Object.hasOwn(ELSEWHERE, path) ? ELSEWHERE[path] : undefined;
  if (status === 404) return hint === undefined ? `${message}.` : `${message}: ${hint}.`;
  if (status === 409) return `${message}: choose another one.`;
  return path === '' ? `${message}.` : `${path}: ${message}.`;
}

function codeOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  // A name that is taken is an argument to change, too.
  return [400, 409, 413, 422].includes(status) ? EXIT.usage : EXIT.unexpected;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(body: unknown): { message?: string; path?: string } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('message' in error) || typeof error.message !== 'string')
    return {};
  return 'path' in error && typeof error.path === 'string'
    ? { message: error.message, path: error.path }
    : { message: error.message };
}

function asClause(message: string): string {
  const text = visible(message);
  return text.charAt(0).toLowerCase() + text.slice(1);
}
