/** Abuse below HTTP, with bounds that a test can reach. */

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { headerBytesMax } from '../limits.ts';
import { answerBrokenRequests, boundConnections } from './connections.ts';

let server: Server;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

async function serving(
  bounds: { all: number; perAddress: number } = { all: 100, perAddress: 100 },
  listener: RequestListener = (incoming, outgoing) => incoming.resume().on('end', () => outgoing.end('answered')),
) {
  server = createServer({ maxHeaderSize: headerBytesMax, connectionsCheckingInterval: 30 }, listener);
  boundConnections(server, { ...bounds, silentMs: 300 });
  answerBrokenRequests(server);
  server.headersTimeout = 300;
  server.requestTimeout = 1000;
  server.listen(0);
  await once(server, 'listening');
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const open = async (text = '', localAddress = '127.0.0.1') => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    let received = '';
    socket.on('data', (part) => {
      received += String(part);
    });
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    socket.write(text);
    return { socket, received: () => received, ended: () => closed.then(() => received) };
  };
  return { open };
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('connections', () => {
  it('beyond the bound of an address are told so and ended; other addresses still get in', async () => {
    const { open } = await serving({ all: 5, perAddress: 3 });
    const first = [await open(), await open(), await open()];
    const turnedAway = await (await open(GET)).ended();
    expect(turnedAway).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 2\r\n/);
    expect(turnedAway).toMatch(/too many connections, try again later\n$/);
    expect(turnedAway).not.toContain('answered');
    const other = await open(GET, '127.0.0.2');
    await expect.poll(other.received).toContain('answered');
    // Who goes makes room.
    first[0]?.socket.destroy();
    await expect
      .poll(async () => {
        const { received, socket } = await open(GET);
        await expect.poll(received).not.toBe('');
        socket.destroy();
        return received();
      })
      .toContain('answered');
  });

  it('are bounded in all', async () => {
    const { open } = await serving({ all: 2, perAddress: 100 });
    await open();
    await open();
    expect(await (await open(GET)).ended()).toContain('HTTP/1.1 503');
  });

  it('that send their headers a byte at a time, or nothing, are ended, and meanwhile others are answered', async () => {
    const { open } = await serving();
    const slow = await Promise.all(
      Array.from({ length: 40 }, (_, i) => open(i % 2 === 0 ? 'GET / HTTP/1.1\r\nX: ' : '')),
    );
    const drip = setInterval(() => {
      for (const { socket } of slow.filter((_, i) => i % 2 === 0)) socket.write('E');
    }, 20);
    const quick = await open(GET);
    await expect.poll(quick.received).toContain('answered');
    const texts = await Promise.all(slow.map(({ ended }) => ended()));
    clearInterval(drip);
    for (const text of texts) expect(text).toMatch(/^(HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*\n)?$/);
    expect(texts.filter((text) => text.includes('408')).length).toBeGreaterThan(0);
  });

  it('may carry a thousand requests at once; each is answered, in order', async () => {
    let count = 0;
    const { open } = await serving(undefined, (_, outgoing) => {
      count += 1;
      outgoing.end(`<${count}>`);
    });
    const { received } = await open(GET.repeat(1000));
    await expect.poll(received).toContain('<1000>');
    const numbers = [...received().matchAll(/<(\d+)>/g)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  });
});

describe('what is no request', () => {
  it.each([
    ['a long URL', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ['a long URL with a query', `POST /v1/runs/ingest?a=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ['a long header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['many headers', `GET / HTTP/1.1\r\nHost: x\r\n${'a-name: a value\r\n'.repeat(2000)}\r\n`, 431],
    ['no HTTP', '\u0000\u0001\u0002', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a broken chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
  ])('%s is told so in plain words', async (_, bytes, status) => {
    const { open } = await serving();
    const text = await (await open(bytes)).ended();
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [A-Za-z- ]+\\r\\nConnection: close\\r\\n`));
    expect(text).toMatch(/Content-Type: text\/plain; charset=utf-8\r\n[\s\S]*\r\n\r\n[A-Z][^\r]+\n$/);
    expect(text).not.toContain('answered');
  });

  it('keeps nobody else from being answered', async () => {
    const { open } = await serving();
    for (let i = 0; i < 50; i += 1) (await open('\u0000')).socket.destroy();
    await expect.poll((await open(GET)).received).toContain('answered');
  });
});
