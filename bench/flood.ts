/**
 * A client that sends as fast as it is answered, in a process of its own, so that it does not slow what `neighbour.ts`
 * measures. It is polite to the machine (a low priority), not to the server.
 */

import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';
import { BATCHES, type BenchRequest, SINGLE, type Target } from './payloads.ts';

export const FLOODS = ['single', 'batches', 'large', 'invalid'] as const;
export type Flood = (typeof FLOODS)[number];

export interface FloodOrder {
  readonly url: string;
  readonly target: Target;
  readonly flood: Flood;
  readonly tag: string;
  readonly connections: number;
  readonly ms: number;
}
export interface FloodResult {
  readonly bytes: number;
  /** Answers by status; 0 for a broken connection. */
  readonly statuses: Readonly<Record<number, number>>;
}

const LOWEST_PRIORITY = 19;
/** Of 50 events each about 100 KB: a large body is about 5 MB of ordinary events. */
const LARGE_BATCHES = 66;
/** Made beforehand and sent in turn: the first round is stored, what comes after is found to be a repeat. */
const PREPARED = { single: 5000, batches: 400, large: 8, invalid: 100 } as const;

function prepare({ flood, target, tag }: FloodOrder): BenchRequest[] {
  const makers = flood === 'batches' || flood === 'large' ? BATCHES : SINGLE;
  return Array.from({ length: PREPARED[flood] }, (_, n) => {
    const make = makers[n % makers.length];
    if (make === undefined) throw new Error('no payloads');
    const one = (i: number) =>
      make(flood === 'invalid' ? { ...target, key: 'no-such-key' } : target, `${tag}-${n}-${i}`, n + i);
    if (flood !== 'large') return one(0);
    const parts = Array.from({ length: LARGE_BATCHES }, (_unused, i) => one(i));
    return { ...one(0), body: joined(parts.map(({ body }) => body)), events: parts.length * one(0).events };
  });
}

/** Batches as one: arrays, or Lunary's `{"events": […]}`. */
function joined(bodies: readonly string[]): string {
  const lists = bodies.map((body) => body.slice(body.indexOf('[') + 1, body.lastIndexOf(']')));
  return bodies[0]?.startsWith('{') === true ? `{"events":[${lists.join(',')}]}` : `[${lists.join(',')}]`;
}

async function run(order: FloodOrder, requests: readonly BenchRequest[]): Promise<FloodResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const statuses: Record<number, number> = {};
  const endsAt = performance.now() + order.ms;
  let next = 0;
  let bytes = 0;
  const client = async () => {
    while (performance.now() < endsAt) {
      const one = requests[next++ % requests.length];
      if (one === undefined) return;
      const status = await send(order.url, agent, one);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status >= 200 && status < 300) bytes += one.body.length;
    }
  };
  await Promise.all(Array.from({ length: order.connections }, client));
  agent.destroy();
  return { bytes, statuses };
}

function send(url: string, agent: Agent, { path, headers, body }: BenchRequest): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(url + path, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    outgoing
      .on('response', (incoming) => incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0)))
      .on('error', () => resolve(0))
      .end(body);
  });
}

if (process.send !== undefined) {
  setPriority(LOWEST_PRIORITY);
  process.on('message', (order: FloodOrder) => {
    const requests = prepare(order);
    process.send?.('ready');
    void run(order, requests).then((result) => process.send?.(result, () => process.exit(0)));
  });
}
