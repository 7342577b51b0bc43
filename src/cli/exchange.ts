/** One request and its whole answer. Not `fetch`: loading that takes longer than all the rest of a command. */

import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** By the clock of the server. */
  /** The newest stored position, on answers that list events. */
  readonly position: number | undefined;
}

/** Rejects when there is no complete answer in time. Redirects are not followed: a POST would become a GET. */
export async function exchange(url: string, options: RequestOptions, body: string | undefined): Promise<Reply> {
  const request = url.startsWith('https:') ? (await import('node:https')).request : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body);
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, text, position: positionOf(response.headers['x-tributary-position']) };
}

/** Why there was no answer, in a few words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ABORT_ERR') return 'no answer in time';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'no such host';
  if (code === 'EPROTO') return 'it does not speak TLS, its address may begin with http:';
  return error.message || code || 'no answer';
}

function positionOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' ? Number(header) : undefined;
}
