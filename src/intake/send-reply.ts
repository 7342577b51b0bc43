/** A dialect's reply as an HTTP response. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, Reply } from '../dialects/dialect.ts';
import { refusedBodyMsMax } from '../limits.ts';

export function sendReply(request: IncomingMessage, response: ServerResponse, dialect: Dialect, reply: Reply): void {
  if (request.complete || reply.status < 400) write(request, response, dialect, reply);
  else {
    // A small body is mostly here, only not looked at yet: with it out of the way, the connection can stay open.
    request.resume();
    setImmediate(() => write(request, response, dialect, reply));
  }
}

function write(request: IncomingMessage, response: ServerResponse, { cors }: Dialect, reply: Reply): void {
  if (response.destroyed) return;
  const headers: Record<string, string | number> = { ...reply.headers };
  const { origin } = request.headers;
  if (cors !== undefined && origin !== undefined) {
    headers['access-control-allow-origin'] = origin;
    headers['access-control-allow-credentials'] = 'true';
    headers['access-control-expose-headers'] = 'x-tributary-receipt';
    headers.vary = 'Origin';
  }
  const body = reply.body === undefined ? undefined : Buffer.from(JSON.stringify(reply.body));
  if (body !== undefined) {
    headers['content-type'] ??= 'application/json; charset=utf-8';
    headers['content-length'] = body.length;
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
