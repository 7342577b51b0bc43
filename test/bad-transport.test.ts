/**
 * Wrong and hostile HTTP against the real server, on every event route of every vendor: sizes, encodings, paths, methods
 * and broken connections. The answer always arrives, in the vendor's words, and nothing is stored by halves.
 */

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyBytesMax, eventsPerRequestMax } from '../src/limits.ts';
import { open, receive, send } from './support/http.ts';
import { expectAccepted, expectNoInternals, expectRefusal, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newSender, type Sender, type Vendor, vendorNamed, vendors } from './support/vendors.ts';

const MIB = 1024 * 1024;
/** A gibibyte of zeros in a mebibyte. */
const BOMB = gzipSync(Buffer.alloc(1024 * MIB), { level: 9 });

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

const metric = async (name: string) => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^tributary_${name} (\\S+)`, 'm').exec(text)?.[1]);
};
const texts = async (sender: Sender) => (await storedEvents(server, sender)).map((event) => event.text).sort();
const chunks = (bytes: number) => Array.from({ length: bytes / 65_536 }, () => Buffer.alloc(65_536, 0x20));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(vendors)('$name', (vendor) => {
  let sender: Sender;
  /** What the project must hold in the end. */
  const accepted: string[] = [];
  beforeAll(async () => {
    sender = await newSender(server);
  });
  const event = (id: string, more?: string) =>
    vendor.event(sender, { id: JSON.stringify(id), ...(more === undefined ? {} : { more }) });
  const bodyOf = (id: string) => {
    accepted.push(event(id));
    return vendor.body([event(id)]);
  };

  // The other routes of WhyOps read bodies the same way.
  const isHeavy = vendor.dialect !== 'whyops' || vendor.name === 'whyops';

  it.runIf(isHeavy)('takes 19 MiB and refuses 21 MiB, with a length or without', async () => {
    const large = event('large', `"blob":"${'x'.repeat(19 * MIB)}"`);
    accepted.push(large);
    expectAccepted(vendor, await post(server, vendor, sender, vendor.body([large])));
    const body = Buffer.alloc(21 * MIB, 0x20);
    // More than once: a server that hangs up too early loses its answer only now and then.
    for (let i = 0; i < 3; i += 1) expectRefusal(vendor, await post(server, vendor, sender, body), 'too-large');
    expectRefusal(vendor, await post(server, vendor, sender, chunks(21 * MIB)), 'too-large');
    // Refused before the body is looked at: that answer has to arrive, too.
    const unknown = await post(server, vendor, { ...sender, key: 'no-such-key' }, body);
    if (vendor.name === 'lunary report') expectRefusal(vendor, unknown, 'too-large');
    else expectRefusal(vendor, unknown, 'unknown-credential');
  });

  it.runIf(isHeavy)('unpacks bodies, within bounds', async () => {
    const packed = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [encoding, pack] of Object.entries(packed)) {
      const headers = { 'content-encoding': encoding };
      expectAccepted(vendor, await post(server, vendor, sender, pack(bodyOf(encoding)), headers));
      const cut = pack(vendor.body([event('cut')])).subarray(0, -5);
      expectRefusal(vendor, await post(server, vendor, sender, cut, headers), 'bad-encoding');
      expectRefusal(vendor, await post(server, vendor, sender, vendor.body([event('plain')]), headers), 'bad-encoding');
      const tooLarge = pack(Buffer.alloc(bodyBytesMax + 1, 0x20));
      expectRefusal(vendor, await post(server, vendor, sender, tooLarge, headers), 'too-large');
    }
    for (const encoding of ['zstd', 'compress', '__proto__', 'gzip, br']) {
      const headers = { 'content-encoding': encoding };
      const answer = await post(server, vendor, sender, vendor.body([event('odd')]), headers);
      expectRefusal(vendor, answer, 'unsupported-encoding');
    }
    const startedAt = performance.now();
    const answer = await post(server, vendor, sender, BOMB, { 'content-encoding': 'gzip' });
    expectRefusal(vendor, answer, 'too-large');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('wants UTF-8, and no more nesting than it can bear', async () => {
    const [before = '', after = ''] = vendor.body([event('MARK')]).split('MARK');
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
      expectRefusal(vendor, await post(server, vendor, sender, body), 'bad-encoding');
    }
    const utf16 = Buffer.from(`\ufeff${vendor.body([event('utf-16')])}`, 'utf16le');
    expectRefusal(vendor, await post(server, vendor, sender, utf16), 'bad-encoding');
    for (const opening of ['[', '{"a":']) {
      const deep = `"deep":${opening.repeat(10_000)}1${(opening === '[' ? ']' : '}').repeat(10_000)}`;
      expectRefusal(vendor, await post(server, vendor, sender, vendor.body([event('deep', deep)])), 'too-deep');
      expectRefusal(vendor, await post(server, vendor, sender, opening.repeat(1_000_000)), 'too-deep');
    }
    // A byte order mark is no part of the text.
    expectAccepted(vendor, await post(server, vendor, sender, `\ufeff${bodyOf('marked')}`));
  });

  it('cares for no content type, and no header that it does not know', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'é',
      ';;;',
      '',
    ];
    for (const type of types) {
      const answer = await post(server, vendor, sender, bodyOf(`type ${type}`), { 'content-type': type });
      expectAccepted(vendor, answer);
    }
    const credential = Object.entries(vendor.headers(sender.key)).map(([name, value]) => [name.toUpperCase(), value]);
    const headers = {
      ...(Object.fromEntries(credential) as Record<string, string>),
      'X-Forwarded-For': "'; DROP TABLE --",
      'X-HTTP-Method-Override': 'DELETE',
      Cookie: 'a=b; __proto__=c',
      Expect: '100-continue',
      Origin: 'null',
    };
    const path = vendor.path(sender);
    expectAccepted(vendor, await send(server.url, { path, headers, body: bodyOf('headers') }));
  });

  it('is found with doubled and trailing slashes, under its prefix, with a query, and by its whole URL', async () => {
    const headers = vendor.headers(sender.key);
    const path = vendor.path(sender).replace(/\/$/, '');
    for (const spelling of [
      `${path}/`,
      `${path}//`,
      `/${path}`,
      path.replaceAll('/', '///'),
      `/${vendor.dialect}${path}`,
      `${path}?`,
      `${path}?a=%ff&b=%&__proto__=1&key=x`,
      `http://elsewhere.example:1234${path}`,
      `HTTPS://elsewhere.example${path}?x`,
    ])
      expectAccepted(vendor, await send(server.url, { path: spelling, headers, body: bodyOf(spelling) }));
  });

  it('answers other methods and paths in its own words', async () => {
    const headers = vendor.headers(sender.key);
    const prefixed = `/${vendor.dialect}${vendor.path(sender)}`;
    // With GET, some of WhyOps's intake paths are read routes.
    const others = vendor.dialect === 'whyops' ? ['PUT', 'PATCH', 'DELETE'] : ['GET', 'PUT', 'PATCH', 'DELETE'];
    for (const method of others) {
      const answer = await send(server.url, { method, path: prefixed, headers, body: vendor.body([event('method')]) });
      expectRefusal(vendor, answer, 'method-not-allowed');
    }
    const head = await send(server.url, { method: 'HEAD', path: prefixed, headers });
    expect([head.status, head.text]).toEqual([vendor.status('method-not-allowed'), '']);
    for (const rest of ['/more', '/%ff', '/%00', '/..%2f..', '/%C3%A9']) {
      const path = `${prefixed.replace(/\/$/, '')}${rest}/x`;
      const answer = await send(server.url, { path, headers, body: vendor.body([event('path')]) });
      expect([path, answer.status]).toEqual([path, 404]);
      expectNoInternals(answer);
    }
  });

  it('has stored what it accepted, once, as it was sent', async () => {
    expect(await texts(sender)).toEqual([...accepted].sort());
  });
});

describe('connections', () => {
  const vellum = vendorNamed('vellum');
  const weflayr = vendorNamed('weflayr');
  const intake = '/monitoring/v1/events';
  let sender: Sender;
  beforeAll(async () => {
    sender = await newSender(server);
  });
  const raw = (path: string, body: string, headers: readonly string[] = [`X-API-KEY: ${sender.key}`]) =>
    [`POST ${path} HTTP/1.1`, 'Host: x', ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
      '\r\n',
    );
  const event = (id: string) => vellum.event(sender, { id: JSON.stringify(id) });

  it('that end in the middle of a body leave nothing', async () => {
    const whole = raw(intake, event('cut'));
    for (const bytes of [whole.length - 1, whole.length - 20, whole.indexOf('\r\n\r\n') + 4, 30]) {
      const socket = await open(server.url);
      socket.write(whole.slice(0, bytes));
      await pause(30);
      socket.destroy();
    }
    const chunked = await open(server.url);
    chunked.write(`POST ${intake} HTTP/1.1\r\nHost: x\r\nX-API-KEY: ${sender.key}\r\n`);
    chunked.write(`Transfer-Encoding: chunked\r\n\r\n${event('x').length.toString(16)}\r\n${event('x')}\r\n`);
    await pause(30);
    chunked.destroy();
    expect(await texts(sender)).toEqual([]);
  });

  it('may carry many requests at once; the answers keep their order', async () => {
    const socket = await open(server.url);
    const requests = [raw(intake, event('one')), raw(intake, '{}'), raw(intake, '[]'), raw(`${intake}/x`, '{}')];
    requests.push(raw(intake, '[]', ['X-API-KEY: no-such-key']), raw(intake, event('two')));
    socket.write(requests.join(''));
    const isEnough = (text: string) => text.split('HTTP/1.1 ').length > requests.length && text.endsWith('}');
    const text = await receive(socket, isEnough);
    socket.destroy();
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
    expect(statuses).toEqual(['200', '400', '200', '404', '401', '200']);
    expect(await texts(sender)).toEqual([event('one'), event('two')].sort());
  });

  it('that speak no HTTP are told so and closed', async () => {
    for (const bytes of [
      '\u0000\u0001\u0002',
      'GET\r\n\r\n',
      raw('/\u00e9', '{}'),
      raw('/x', '{}', ['A b: c']),
      raw('/x', '{}', ['Content-Length: 5']),
    ]) {
      const socket = await open(server.url);
      socket.write(bytes, 'latin1');
      const text = await receive(socket, () => false, 3_000);
      expect([bytes, text]).toEqual([bytes, expect.stringMatching(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close/)]);
      socket.destroy();
    }
    const headers = { ...weflayr.headers(sender.key), 'x-large': 'x'.repeat(20_000) };
    expect((await send(server.url, { path: '/x', headers, body: '{}' })).status).toBe(431);
  });

  it('end with the answer to a body that the own API does not read, and say so', async () => {
    const answer = await fetch(`${server.url}/api/tributary/v1/projects`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x'.repeat(400_000) }),
    });
    expect(answer.status).toBe(413);
    // A client that keeps it would lose its next request: "socket hang up".
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toMatchObject({ error: { code: 'too-large' } });
  });

  it('with two credentials count by the first', async () => {
    const other = await newSender(server);
    for (const [first, second, status] of [
      [other.key, 'no-such-key', '200'],
      ['no-such-key', other.key, '401'],
    ] as const) {
      const socket = await open(server.url);
      const headers = [`Authorization: Bearer ${first}`, `authorization: Bearer ${second}`];
      socket.write(raw('/v1/runs/ingest', '{"events":[{"runId":"r"}]}', headers));
      const text = await receive(socket, (all) => all.endsWith('}'));
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      socket.destroy();
    }
    expect(await texts(other)).toHaveLength(1);
  });

  it('may name any client id in the path, as long as the key is good', async () => {
    const mine = await newSender(server);
    const ids = ['%ff', '%00', '%', '%2e%2e', 'a%2Fb', '__proto__', '*', 'x'.repeat(8_000), '%F0%9F%98%80', "'--"];
    for (const id of ids) {
      const body = weflayr.event(mine, { id: JSON.stringify(id.slice(0, 100)) });
      const headers = weflayr.headers(mine.key);
      expectAccepted(weflayr, await send(server.url, { path: `/${id}/`, headers, body }));
      expectRefusal(weflayr, await send(server.url, { path: `/${id}/`, body }), 'missing-credential');
    }
    expect(await texts(mine)).toHaveLength(ids.length);
  });

  it('with many bombs at once do not fill the memory', async () => {
    const before = await metric('process_resident_memory_bytes');
    const headers = { 'content-encoding': 'gzip' };
    const almost = gzipSync(Buffer.alloc(bodyBytesMax, 0x20));
    const bodies = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? BOMB : almost));
    const answers = await Promise.all(bodies.map((body) => post(server, vellum, sender, body, headers)));
    for (const { status } of answers) expect([400, 413, 503]).toContain(status);
    expect((await metric('process_resident_memory_bytes')) - before).toBeLessThan(500 * MIB);
  });
});

describe('batches', () => {
  const eventsOf = (vendor: Vendor, sender: Sender) =>
    Array.from({ length: eventsPerRequestMax }, (_, i) => vendor.event(sender, { id: `"n${i}"` }));

  it('take 100 000 events', { timeout: 200_000 }, async () => {
    const lunary = vendorNamed('lunary');
    const sender = await newSender(server);
    const [loaded, dead] = [await metric('loaded_events_total'), await metric('dead_letters_total')];
    expectAccepted(lunary, await post(server, lunary, sender, lunary.body(eventsOf(lunary, sender))));
    await server.settle(100_000);
    expect(await metric('loaded_events_total')).toBe(loaded + eventsPerRequestMax);
    expect(await metric('dead_letters_total')).toBe(dead);
  });

  it.each(['lunary', 'whyops'].map(vendorNamed))('of $name take no more than that', async (vendor) => {
    const sender = await newSender(server);
    const tooMany = vendor.body([...eventsOf(vendor, sender), vendor.event(sender, { id: '"more"' })]);
    expectRefusal(vendor, await post(server, vendor, sender, tooMany), 'too-many-events');
  });

  it('may name more spans than the store has seen, again and again', { timeout: 200_000 }, async () => {
    const vellum = vendorNamed('vellum');
    const sender = await newSender(server);
    for (const batch of ['first', 'second']) {
      const ids = Array.from({ length: 50_000 }, (_, i) => `"a span of the ${batch} batch: ${i}"`);
      const body = vellum.body(ids.map((id) => vellum.event(sender, { id })));
      expectAccepted(vellum, await post(server, vellum, sender, body));
      await server.settle(80_000);
    }
  });
});
