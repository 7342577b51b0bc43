/** Bodies over a real connection, with bounds that a test can reach. */

import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../canonical/outcome.ts';
import { bodyBytesMax, nestingDepthMax } from '../limits.ts';
import { BodyReader } from './read-body.ts';

const MIB = 1024 * 1024;
const READ_MS_MAX = 200;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** `use` holds every body for a while, as a slow disk does. */
async function reading(bounds: { readMsMax?: number; inFlightBytesMax?: number } = {}, holdMs = 0) {
  const reader = new BodyReader({ readMsMax: READ_MS_MAX, inFlightBytesMax: 100 * MIB, ...bounds });
  const outcomes: Outcome<string>[] = [];
  let done: () => void = () => undefined;
  server = createServer((incoming, outgoing) => {
    const answer = reader.read(incoming, async (body) => {
      await new Promise((resolve) => setTimeout(resolve, holdMs));
      outcomes.push(body.ok ? { ok: true, value: body.value.toString() } : body);
    });
    void answer.then(() => {
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
    return outcomes.at(-1) ?? { ok: false, fault: { code: 'internal', message: 'no outcome' } };
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
    await expect.poll(() => reader.inFlightBytes).toBe(5);
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
});
