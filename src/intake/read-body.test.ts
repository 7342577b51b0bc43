/** Bodies over a real connection, with bounds that a test can reach. */

import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Fault, type Outcome, ok } from '../canonical/outcome.ts';
import { bodyBytesMax, nestingDepthMax } from '../limits.ts';
import { textFault } from './check-text.ts';
import { BodyReader } from './read-body.ts';

const MIB = 1024 * 1024;
const READ_MS_MAX = 200;
const NO_FAULT: Fault = { code: 'internal', message: 'no outcome' };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** `use` holds every body for a while, as a slow disk does. */
async function reading(
  bounds: { readMsMax?: number; inFlightBytesMax?: number; ownerBytesMax?: number; roomMsMax?: number } = {},
  holdMs = 0,
) {
  const reader = new BodyReader({ readMsMax: READ_MS_MAX, inFlightBytesMax: 100 * MIB, roomMsMax: 0, ...bounds });
  const outcomes: Outcome<string>[] = [];
  let done: () => void = () => undefined;
  server = createServer((incoming, outgoing) => {
    const owner = String(incoming.headers['x-owner'] ?? '');
    const bytesMax = Number(incoming.headers['x-bytes-max'] ?? bodyBytesMax);
    const use = async (body: Outcome<Buffer>) => {
      await new Promise((resolve) => setTimeout(resolve, holdMs));
      const fault = body.ok ? textFault(body.value) : body.fault;
      outcomes.push(
        body.ok && fault === undefined ? ok(body.value.toString()) : { ok: false, fault: fault ?? NO_FAULT },
      );
    };
    void reader.read(incoming, use, { owner, bytesMax }).then(() => {
      outgoing.end();
      done();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const send = (body: Buffer | string, headers: Record<string, string> = {}, isUnfinished = false) => {
    const outgoing = request({ port, method: 'POST', headers, agent: false });
    // The server may answer and go before everything is sent.
    outgoing.on('error', () => undefined).on('response', (incoming) => incoming.resume());
    outgoing.write(body);
    if (!isUnfinished) outgoing.end();
    return outgoing;
  };
  const outcome = async (...sent: Parameters<typeof send>): Promise<Outcome<string>> => {
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    send(...sent);
    await finished;
    return outcomes.at(-1) ?? { ok: false, fault: NO_FAULT };
  };
  return { reader, outcomes, send, outcome };
}

const refused = (code: string) => ({ ok: false, fault: { code } });

describe('a body', () => {
  it('ends with 408 when it does not arrive in time, however it drips', async () => {
    const { outcome, reader, send } = await reading();
    const startedAt = performance.now();
    expect(await outcome('{"a":', {}, true)).toMatchObject(refused('body-timeout'));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(READ_MS_MAX - 20);

    const loris = send('[', {}, true);
    const drip = setInterval(() => loris.write(' '), 20);
    expect(await outcome('[', {}, true)).toMatchObject(refused('body-timeout'));
    clearInterval(drip);
    loris.destroy();
    await expect.poll(() => reader.inFlightBytes).toBe(0);
  });

  it('is refused when the connection ends in the middle', async () => {
    const { outcomes, send, reader } = await reading();
    const cut = send('{"a":', { 'content-length': '100' }, true);
    await expect.poll(() => reader.inFlightBytes).toBe(100);
    cut.destroy();
    await expect.poll(() => outcomes).toMatchObject([refused('malformed-json')]);
    expect(reader.inFlightBytes).toBe(0);
  });

  it('is bounded by its announced and by its real length', async () => {
    const { outcome } = await reading({ readMsMax: 10_000 });
    const largest = Buffer.alloc(bodyBytesMax, 0x20);
    expect((await outcome(largest, { 'content-length': String(bodyBytesMax) })).ok).toBe(true);
    expect((await outcome(largest, { 'transfer-encoding': 'chunked' })).ok).toBe(true);
    expect(await outcome('', { 'content-length': String(bodyBytesMax + 1) }, true)).toMatchObject(refused('too-large'));
    expect(await outcome(Buffer.alloc(bodyBytesMax + 1), {}, true)).toMatchObject(refused('too-large'));
  });

  it('may have a smaller bound of its own, also after decompression', async () => {
    const { outcome } = await reading();
    const headers = { 'x-bytes-max': '1000' };
    expect((await outcome('x'.repeat(1000), headers)).ok).toBe(true);
    for (const [body, more] of [
      ['x'.repeat(1001), {}],
      ['x'.repeat(1001), { 'transfer-encoding': 'chunked' }],
      [gzipSync('x'.repeat(1001)), { 'content-encoding': 'gzip' }],
    ] as const)
      expect(await outcome(body, { ...headers, ...more })).toMatchObject({
        ok: false,
        fault: { code: 'too-large', message: expect.stringContaining('1000 bytes') as unknown },
      });
  });

  it('is unpacked, within the same bound', async () => {
    const { outcome } = await reading({ readMsMax: 10_000 });
    for (const [encoding, pack] of [
      ['gzip', gzipSync],
      ['X-GZIP ', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const) {
      const headers = { 'content-encoding': encoding };
      expect(await outcome(pack('{"a":"ä"}'), headers)).toEqual({ ok: true, value: '{"a":"ä"}' });
      expect(await outcome(pack(Buffer.alloc(bodyBytesMax + 1)), headers)).toMatchObject(refused('too-large'));
      expect(await outcome(pack('{"a":1}').subarray(0, -4), headers)).toMatchObject(refused('bad-encoding'));
      expect(await outcome('{"a":1}', headers)).toMatchObject(refused('bad-encoding'));
    }
    for (const encoding of ['zstd', 'gzip, gzip', '__proto__', 'constructor', 'compress'])
      expect(await outcome('{}', { 'content-encoding': encoding })).toMatchObject(refused('unsupported-encoding'));
  });

  it('must be UTF-8 and not too deep', async () => {
    const { outcome } = await reading();
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xe2, 0x82],
    ])
      expect(await outcome(Buffer.from(bytes))).toMatchObject(refused('bad-encoding'));
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect((await outcome(nested(nestingDepthMax))).ok).toBe(true);
    for (const text of [nested(nestingDepthMax + 1), nested(10_000), '['.repeat(5_000_000), '{"a":'.repeat(10_000)])
      expect(await outcome(text)).toMatchObject(refused('too-deep'));
    expect((await outcome(`"${'['.repeat(10_000)}"`)).ok).toBe(true);
  });
});

describe('all bodies together', () => {
  it('count until they are answered, not only until they are read', async () => {
    const { outcomes, send, reader } = await reading({ inFlightBytesMax: 2 * MIB, readMsMax: 10_000 }, 300);
    const body = Buffer.alloc(MIB, 0x20);
    for (let i = 0; i < 4; i += 1) send(body);
    await expect.poll(() => outcomes.length, { timeout: 5_000 }).toBe(4);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(2);
    expect(outcomes.filter((outcome) => !outcome.ok)).toMatchObject([refused('overloaded'), refused('overloaded')]);
    await expect.poll(() => reader.inFlightBytes).toBe(0);
  });

  it('count as large as they are when unpacked', async () => {
    const { outcome, reader } = await reading({ inFlightBytesMax: 2 * MIB, readMsMax: 10_000 });
    const headers = { 'content-encoding': 'gzip' };
    expect(await outcome(gzipSync(Buffer.alloc(3 * MIB)), headers)).toMatchObject(refused('overloaded'));
    expect((await outcome(gzipSync(Buffer.alloc(MIB, 0x20)), headers)).ok).toBe(true);
    expect(reader.inFlightBytes).toBe(0);
  });

  it('leave room for others: one owner may hold a part', async () => {
    const bounds = { inFlightBytesMax: 4 * MIB, ownerBytesMax: 2 * MIB, readMsMax: 10_000 };
    const { outcomes, send, reader } = await reading(bounds, 500);
    const body = Buffer.alloc(MIB, 0x20);
    for (let i = 0; i < 4; i += 1) send(body, { 'x-owner': 'flood', 'content-length': String(MIB) });
    for (let i = 0; i < 2; i += 1) send(body, { 'x-owner': 'quiet', 'content-length': String(MIB) });
    await expect.poll(() => outcomes.length, { timeout: 10_000 }).toBe(6);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(4);
    expect(outcomes.filter((outcome) => !outcome.ok)).toMatchObject([refused('overloaded'), refused('overloaded')]);
    await expect.poll(() => reader.inFlightBytes).toBe(0);
  });

  it('wait for room, unread, until there is some or their time is over', async () => {
    const bounds = { inFlightBytesMax: 2 * MIB, readMsMax: 10_000, roomMsMax: 10_000 };
    const patient = await reading(bounds, 50);
    const body = Buffer.alloc(MIB, 0x20);
    const headers = { 'content-length': String(MIB) };
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, patient.reader.inFlightBytes);
    }, 5);
    for (let i = 0; i < 12; i += 1) patient.send(body, headers);
    await expect.poll(() => patient.outcomes.length, { timeout: 10_000 }).toBe(12);
    clearInterval(look);
    expect(patient.outcomes.every((outcome) => outcome.ok)).toBe(true);
    expect(most).toBeLessThanOrEqual(2 * MIB);
    await expect.poll(() => patient.reader.inFlightBytes).toBe(0);
    server?.closeAllConnections();
    server?.close();

    const hasty = await reading({ ...bounds, roomMsMax: 200 }, 2000);
    for (let i = 0; i < 3; i += 1) hasty.send(body, headers);
    await expect.poll(() => hasty.outcomes.length, { timeout: 10_000 }).toBe(3);
    expect(hasty.outcomes.filter((outcome) => !outcome.ok)).toMatchObject([refused('overloaded')]);
  });

  it('give up their place when their client goes', async () => {
    const bounds = { inFlightBytesMax: MIB, readMsMax: 10_000, roomMsMax: 10_000 };
    const { send, reader, outcomes } = await reading(bounds, 1000);
    const headers = { 'content-length': String(MIB) };
    const body = Buffer.alloc(MIB, 0x20);
    send(body, headers);
    await expect.poll(() => reader.inFlightBytes).toBe(MIB);
    const waiting = send(body, headers);
    await new Promise((resolve) => setTimeout(resolve, 100));
    waiting.destroy();
    send(body, headers);
    await expect.poll(() => outcomes.filter((outcome) => outcome.ok).length, { timeout: 10_000 }).toBe(2);
    await expect.poll(() => reader.inFlightBytes, { timeout: 5_000 }).toBe(0);
  });
});
