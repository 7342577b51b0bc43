/** Requests that `fetch` will not send: paths as they are, broken bodies, cut connections, many requests on one line. */

import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Sending {
  readonly method?: string;
  /** Sent as it is. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A list goes out in chunks, without a length. */
  readonly body?: string | Buffer | readonly Buffer[];
}

const ANSWER_MS_MAX = 20_000;

/** Resolves with the answer also when the server stops reading before everything is sent. */
export function send(url: string, { method = 'POST', path, headers = {}, body }: Sending): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const outgoing = request({ hostname, port, method, path, agent: false }, (incoming) => {
      isAnswered = true;
      const parts: Buffer[] = [];
      incoming
        .on('data', (part: Buffer) => parts.push(part))
        .on('error', reject)
        .on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(parts).toString(),
          });
          outgoing.destroy();
        });
    });
    outgoing.setTimeout(ANSWER_MS_MAX, () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
    outgoing.on('error', (error) => (isAnswered ? undefined : reject(error)));
    for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
    const chunks = typeof body === 'string' || Buffer.isBuffer(body) || body === undefined ? [] : body;
    if (typeof body === 'string' || Buffer.isBuffer(body))
      outgoing.setHeader('content-length', Buffer.byteLength(body));
    else if (body !== undefined) outgoing.setHeader('transfer-encoding', 'chunked');
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : undefined);
  });
}

/** A connection to write bytes to. */
export function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** What comes back until `isEnough`, the end of the connection, or `msMax`. */
export function receive(socket: Socket, isEnough: (text: string) => boolean, msMax = 5_000): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const done = () => {
      clearTimeout(timer);
      socket.off('data', onData);
      resolve(text);
    };
    const timer = setTimeout(done, msMax);
    const onData = (part: Buffer) => {
      text += part.toString('latin1');
      if (isEnough(text)) done();
    };
    socket.on('data', onData).once('close', done).once('error', done);
  });
}
