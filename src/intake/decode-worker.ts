/** Entry point of the thread that decodes large bodies: pure work, it opens nothing. */

import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { dialects } from '../dialects/all.ts';
import type { Decoded, DecodedItem, EventRoute, IntakeRequest } from '../dialects/dialect.ts';
import { textOf } from '../log/request.ts';
import { textFault } from './check-text.ts';
import type { LargeBody, LargeDecoded } from './decode-large.ts';

const port = parentPort;
if (port === null) throw new Error('decode-worker runs as a worker thread');

/** Whoever sends little goes first: on Linux, each thread has a priority of its own. */
if (process.platform === 'linux') setPriority(3);

const routes = new Map<string, EventRoute>();
for (const { routes: some } of dialects)
  for (const route of some) if (route.kind === 'events') routes.set(route.id, route);

// The only sender is LargeDecoder, which has this type.
port.on('message', (order: LargeBody) => {
  const body = order.body as Uint8Array<ArrayBuffer>;
  const answer: LargeDecoded = { id: order.id, body, decoded: decode(order) };
  port.postMessage(answer, [body.buffer]);
});

function decode({ routeId, method, params, query, headers, receivedAt, body }: LargeBody): Decoded {
  const fault = textFault(body);
  if (fault !== undefined) return { ok: false, fault };
  const route = routes.get(routeId);
  if (route?.outline === undefined) throw new Error(`${routeId} has no outline`);
  const { outline } = route;
  const head = { method, params, query: new URLSearchParams(query), headers };
  const request: IntakeRequest = { head, text: textOf(body), receivedAt };
  const decoded = route.decode(request);
  if (!decoded.ok) return decoded;
  return { ok: true, items: decoded.items.map((item) => outlined(item, outline)) };
}

function outlined(item: DecodedItem, outline: NonNullable<EventRoute['outline']>): DecodedItem {
  if (item.ok) return { ok: true, value: outline(item.value) };
  const { value } = item;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // Of what is no object, nothing but its being there is ever told.
  return { ok: false, fault: item.fault, value: isObject ? outline(value) : null };
}
