/** A request's line and headers as dialects get them. */

import type { IncomingMessage } from 'node:http';
import type { RequestHead } from '../dialects/dialect.ts';

/** The path and the query of what was asked for. */
export function targetOf(request: IncomingMessage): readonly [path: string, query: string] {
  const [path, query] = splitOnce(withoutOrigin(request.url ?? '/'), '?');
  return [path, query];
}

export function headOf(request: IncomingMessage, params: RequestHead['params'], query: string): RequestHead {
  return {
    method: request.method ?? 'GET',
    params,
    query: new URLSearchParams(query),
    headers: singleHeaders(request),
  };
}

/** A proxy may send the whole URL (RFC 9112, 3.2.2). */
function withoutOrigin(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Node gives lists only for set-cookie, which no intake reads. */
function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return request.headers as Record<string, string | undefined>;
}
