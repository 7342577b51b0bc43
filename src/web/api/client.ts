/**
 * The own API, as the pages call it. Types come from the routes in query/ that serve it (`import type`: nothing of the
 * server is bundled). The browser's cookie has the key; the path says whose (http/dashboard-session.ts).
 */

import type { z } from 'zod';

/** What `createRoute` of @hono/zod-openapi leaves visible of a route. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly request?: { readonly query?: unknown; readonly params?: unknown; readonly body?: unknown };
  readonly responses: object;
}

type Json<Response> = Response extends { content: { 'application/json': { schema: infer Schema extends z.ZodType } } }
  ? z.output<Schema>
  : never;

/** The body of a route's 200, 201 or 202. */
export type AnswerOf<R extends Route> =
  | (R['responses'] extends { 200: infer Response } ? Json<Response> : never)
  | (R['responses'] extends { 201: infer Response } ? Json<Response> : never)
  | (R['responses'] extends { 202: infer Response } ? Json<Response> : never);

type Value = string | number | boolean | undefined;
/** Names are checked against the route; values travel as text, several of one name as repeated parameters. */
export type QueryOf<R extends Route> = R['request'] extends { query: infer Schema extends z.ZodType }
  ? { readonly [Name in keyof z.input<Schema>]?: Value | readonly Value[] }
  : { readonly [name: string]: never };

type BodyOf<R extends Route> = R['request'] extends {
  body: { content: { 'application/json': { schema: infer Schema extends z.ZodType } } };
}
  ? z.input<Schema>
  : undefined;

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;
type ParamsOf<R extends Route> = { readonly [Name in ParamNames<R['path']>]: string };

export type Asking<R extends Route> = {
  readonly query?: QueryOf<R>;
  readonly signal?: AbortSignal;
} & (ParamNames<R['path']> extends never ? unknown : { readonly params: ParamsOf<R> }) &
  (BodyOf<R> extends undefined ? unknown : { readonly body: BodyOf<R> });

/** A refusal of the server, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | undefined;

  constructor(status: number, code: string, message: string, path?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.path = path;
  }
}

/** Of the API for one project, as this browser reaches it. */
export function apiBase(projectId: string): string {
  // It is of the address, where anybody's link may have put anything.
  return `/p/${encodeURIComponent(projectId)}/api`;
}

/** `/traces?status=error`, for links that the browser follows by itself, such as downloads. */
function apiPath(path: string, params: Readonly<Record<string, string>> = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== '') search.append(name, String(one));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

export class Api {
  readonly projectId: string;

  constructor(projectId: string) {
    this.projectId = projectId;
  }

  /** `call<typeof listTracesRoute>('get', '/traces', { query: { status: 'error' } })` */
  async call<R extends Route>(method: R['method'], path: R['path'], asking: Asking<R>): Promise<AnswerOf<R>> {
    // The conditional types above keep TypeScript from seeing that these members exist on all of them.
    const { params, query, body, signal } = asking as {
      readonly params?: Readonly<Record<string, string>>;
      readonly query?: object;
      readonly body?: unknown;
      readonly signal?: AbortSignal;
    };
    return send(this.url(path, params, query), {
      method: method.toUpperCase(),
      headers: {
        // No page of another origin can send it, so nobody else's page can act with this cookie.
        'x-tributary-dashboard': '1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  url(path: string, params?: Readonly<Record<string, string>>, query?: object): string {
    return `${apiBase(this.projectId)}${apiPath(path, params, query)}`;
  }
}

/** The JSON answer, as the type that its route declares. Throws as `sendForText` does. */
export async function send<Answer>(url: string, init: RequestInit): Promise<Answer> {
  return parsed(await sendForText(url, init)) as Answer;
}

/** The answer as it came. Throws `ApiError` for refusals, also when nobody answers. */
export async function sendForText(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(0, 'unreachable', 'The server cannot be reached');
  });
  const text = await response.text();
  if (response.ok) return text;
  const { code, message, path } = errorIn(parsed(text));
  throw new ApiError(response.status, code ?? 'internal', message ?? `The server answered ${response.status}`, path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorIn(body: unknown): { code?: string; message?: string; path?: string } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  // The shape of every refusal of the own API (query/access.ts).
  return typeof error === 'object' && error !== null
    ? (error as { code?: string; message?: string; path?: string })
    : {};
}
