/**
 * How many connections there may be, in all and from one address: many that say nothing, or a byte each second, would
 * take every file descriptor. Who is turned away is told so in plain words; it has not begun to say what it wants, so
 * no vendor's words would be more right.
 */

import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connectionsMax, connectionsPerAddressMax, headerBytesMax, headersReadMsMax } from '../limits.ts';

const RETRY_AFTER_S = 2;
/** A client that does not even take this answer is cut off. */
const FAREWELL_MS_MAX = 1_000;

export interface ConnectionBounds {
  readonly all: number;
  readonly perAddress: number;
  readonly silentMs: number;
}

const BOUNDS: ConnectionBounds = {
  all: connectionsMax,
  perAddress: connectionsPerAddressMax,
  silentMs: headersReadMsMax,
};

/** Takes the place of the server's own listener, which it calls for those that may stay. */
export function boundConnections(server: Server, { all, perAddress, silentMs }: ConnectionBounds = BOUNDS): void {
  const open = new Map<string, number>();
  let count = 0;
  const accept = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const ofAddress = open.get(address) ?? 0;
    if (count >= all || ofAddress >= perAddress) {
      socket.on('error', () => undefined);
      sayGoodbye(socket, 503, 'There are too many connections, try again later', `Retry-After: ${RETRY_AFTER_S}\r\n`);
      return;
    }
    count += 1;
    open.set(address, ofAddress + 1);
    // Node's own clock for headers starts with their first byte.
    const silent = setTimeout(() => (socket.bytesRead === 0 ? socket.destroy() : undefined), silentMs).unref();
    socket.once('close', () => {
      clearTimeout(silent);
      count -= 1;
      const rest = (open.get(address) ?? 1) - 1;
      if (rest === 0) open.delete(address);
      else open.set(address, rest);
    });
    for (const listener of accept) listener.call(server, socket);
  });
}

interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/** What is no request gets its status and a sentence, then the connection ends: where the next one begins is unknown. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: ClientError, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') sayGoodbye(socket, 408, 'The request did not arrive in time');
    else if (error.code !== 'HPE_HEADER_OVERFLOW') sayGoodbye(socket, 400, 'This is not a valid HTTP/1.1 request');
    else if (isLongLine(error.rawPacket)) sayGoodbye(socket, 414, `The URL may have at most ${headerBytesMax} bytes`);
    else sayGoodbye(socket, 431, `The headers may have at most ${headerBytesMax} bytes together`);
  });
}

/** The request line itself is what is too long: its packet begins with a method and has no end of line in time. */
function isLongLine(packet: Buffer | undefined): boolean {
  const text = packet?.toString('latin1', 0, headerBytesMax) ?? '';
  return /^[A-Z]+ /.test(text) && !text.includes('\n');
}

function sayGoodbye(socket: Duplex, status: number, message: string, more = ''): void {
  const body = `${message}\n`;
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n${more}`;
  const type = 'Content-Type: text/plain; charset=utf-8\r\n';
  socket.end(`${head}${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS_MAX);
  socket.once('close', () => clearTimeout(timer));
  // What it still sends is not looked at, but taken: a reset would overtake the answer.
  socket.resume();
}
