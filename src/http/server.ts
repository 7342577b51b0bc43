/** The one HTTP listener: vendor routes go to intake, everything else to the own API. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Intake } from '../intake/intake.ts';
import { bodyReadMsMax, headerBytesMax, headersReadMsMax } from '../limits.ts';
import type { QueryEnv } from '../query/access.ts';
import { answerBrokenRequests, boundConnections, type ConnectionBounds } from './connections.ts';

/** How often connections are looked at for those that have taken too long. */
const CHECK_MS = 2_000;
/** Longer than the 60 s of common proxies, so that they and not we end idle connections. */
const KEEP_ALIVE_MS = 65_000;
const SWEEP_MS = 20;
/** A request that takes longer when the process is told to stop is cut off; it was not answered, so nothing is promised. */
const CLOSE_MS_MAX = 10_000;

/** What a key may see is for its holder alone, and what clients sent is never to be taken for a page. */
const ANSWER_HEADERS = [
  ['x-content-type-options', 'nosniff'],
  ['cache-control', 'no-store'],
] as const;

export function buildServer(intake: Intake, app: Hono<QueryEnv>, bounds?: ConnectionBounds): Server {
  const api = getRequestListener(app.fetch);
  const options = { maxHeaderSize: headerBytesMax, connectionsCheckingInterval: CHECK_MS };
  const server = createServer(options, (request, response) => {
    // While stopping, clients on kept connections are told to open a new one, which finds another server or none.
    if (!server.listening) response.setHeader('connection', 'close');
    for (const [name, value] of ANSWER_HEADERS) response.setHeader(name, value);
    if (!intake.handle(request, response)) void api(request, response);
  });
  boundConnections(server, bounds);
  answerBrokenRequests(server);
  server.headersTimeout = headersReadMsMax;
  // Intake bounds its bodies earlier, with an answer in the vendor's shape; this is for all others.
  server.requestTimeout = bodyReadMsMax * 2;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

/** Resolves with the base URL; rejects when the address cannot be taken. */
export function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // A listening TCP server has an address of this kind.
      const address = server.address() as AddressInfo;
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve(`http://${name}:${address.port}`);
    });
  });
}

/** Takes no new connection, lets running requests finish, and ends connections that only wait. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    const giveUp = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(giveUp);
      resolve();
    });
  });
}
