/** A dialect's reply as an HTTP response. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, Reply } from '../dialects/dialect.ts';
import { refusedBodyMsMax } from '../limits.ts';

/** A client that has taken nothing of a stream for this long is gone, whatever its connection says. */
const STALLED_MS_MAX = 60_000;

/**
 * The reply with the first piece of its stream already there: what goes wrong before it can still be told with a status.
 */
export async function begun(reply: Reply): Promise<Reply> {
  if (reply.stream === undefined) return reply;
  const rest = reply.stream[Symbol.asyncIterator]();
  return { ...reply, stream: resumed(await rest.next(), rest) };
}

async function* resumed(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Resolves when everything is handed over or the client is gone; rejects when the reply's stream breaks. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: Dialect,
  reply: Reply,
): Promise<void> {
  if (!request.complete && reply.status >= 400) {
    // A small body is mostly here, only not looked at yet: with it out of the way, the connection can stay open.
    request.resume();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const headers = headersOf(request, dialect, reply);
  if (reply.stream !== undefined) return stream(response, reply.status, headers, reply.stream);
  if (!response.destroyed) write(request, response, reply, headers);
}

type Headers = Record<string, string | number>;

function headersOf(request: IncomingMessage, { cors }: Dialect, reply: Reply): Headers {
  const headers: Headers = { ...reply.headers };
  const { origin } = request.headers;
  if (cors !== undefined && origin !== undefined) {
    headers['access-control-allow-origin'] = origin;
    headers['access-control-allow-credentials'] = 'true';
    headers['access-control-expose-headers'] = 'x-tributary-receipt';
    headers.vary = 'Origin';
  }
  return headers;
}

function write(request: IncomingMessage, response: ServerResponse, reply: Reply, headers: Headers): void {
  // A text leaves with its head in one piece, bytes would be a second one.
  const body = reply.body === undefined ? undefined : JSON.stringify(reply.body);
  if (body !== undefined) {
    headers['content-type'] ??= 'application/json; charset=utf-8';
    headers['content-length'] = Buffer.byteLength(body);
  }
  if (request.complete || reply.status < 400) {
    response.writeHead(reply.status, headers).end(body);
    return;
  }
  response.writeHead(reply.status, { ...headers, connection: 'close' });
  if (body !== undefined) response.write(body);
  endWhenSent(request, response);
}

/**
 * The next piece is made when the client has taken the last ones. A break in the middle breaks the connection, so that
 * nobody takes half an export for a whole one.
 */
async function stream(
  response: ServerResponse,
  status: number,
  headers: Headers,
  pieces: AsyncIterable<string>,
): Promise<void> {
  if (!response.destroyed) response.writeHead(status, headers);
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return;
      if (!response.write(piece)) await taken(response);
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** Resolves when there is room for more, or nobody to take it. */
function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      response.off('drain', finish).off('close', finish);
      resolve();
    };
    const timer = setTimeout(() => response.destroy(), STALLED_MS_MAX);
    response.on('drain', finish).on('close', finish);
  });
}

/**
 * The rest of a refused body is still on its way. To close now would reset the connection, and a reset overtakes the
 * answer: many clients would see a broken pipe instead of a 413. So the rest is read and forgotten, for a while.
 */
function endWhenSent(request: IncomingMessage, response: ServerResponse): void {
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, refusedBodyMsMax);
  request.once('end', end).once('close', end).resume();
}
