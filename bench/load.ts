/** A load generator over keep-alive connections: raw sockets, because an HTTP client would cost as much as the server. */

import { connect, type Socket } from 'node:net';
import type { BenchRequest } from './payloads.ts';

export interface LoadResult {
  readonly requests: number;
  readonly events: number;
  readonly failures: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends requests from `next` on `connections` connections until it returns `undefined`: as fast as they are answered, or
 * `perSecond` of them. Then a time counts from the moment when its request was due, so a late start counts as waiting.
 */
export async function load(
  url: string,
  connections: number,
  next: () => BenchRequest | undefined,
  perSecond?: number,
): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const latencies: number[] = [];
  let events = 0;
  let failures = 0;
  let taken = 0;
  const startedAt = performance.now();
  const run = async () => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    for (let request = next(); request !== undefined; request = next()) {
      const dueAt = perSecond === undefined ? performance.now() : startedAt + (taken * 1000) / perSecond;
      taken += 1;
      const early = dueAt - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
      const status = await exchange(socket, request);
      latencies.push(performance.now() - dueAt);
      if (status >= 200 && status < 300) events += request.events;
      else failures += 1;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, run));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0;
  return { requests: latencies.length, events, failures, seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

function exchange(socket: Socket, { path, headers, body }: BenchRequest): Promise<number> {
  const bytes = Buffer.byteLength(body);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    let received = '';
    const onData = (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      socket.off('data', onData).off('close', onClose);
      resolve(Number(received.slice(9, 12)));
    };
    const onClose = () => reject(new Error('the server closed the connection'));
    socket.on('data', onData).on('close', onClose);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ${bytes}\r\n${lines.join('')}\r\n${body}`,
    );
  });
}
