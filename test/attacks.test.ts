/**
 * Attacks on the real server that the tests of bad input and bad transport leave out: framing tricks on raw connections,
 * bombs in other encodings, texts that mean something to a store or to a file system, and members that mean something to
 * JavaScript. Nothing is done that was not asked for by a key, nothing breaks, and the log of the server stays empty.
 */

import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialects } from '../src/dialects/all.ts';
import { ApiDescription, type Values } from './support/api-requests.ts';
import { type Answer, open, receive, send } from './support/http.ts';
import { expectAccepted, expectRefusal, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newSender, type Sender, vendorNamed } from './support/vendors.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const VENDORS = ['weflayr', 'lunary', 'vellum', 'voker', 'whyops'].map(vendorNamed);
const MIB = 1024 * 1024;
const vellum = vendorNamed('vellum');
const INTAKE = '/monitoring/v1/events';

let server: TestServer;
let sender: Sender;
beforeAll(async () => {
  server = await TestServer.start();
  sender = await newSender(server);
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

const event = (id: string) => vellum.event(sender, { id: JSON.stringify(id) });
const texts = async (one: Sender) => (await storedEvents(server, one)).map(({ text }) => text).sort();

describe('a request that two servers would cut differently', () => {
  const smuggled = () =>
    `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nX-API-KEY: ${sender.key}\r\nContent-Length: ${event('smuggled').length}\r\n\r\n${event('smuggled')}`;
  /** Sends a head, and behind its body a whole request that only a server misled by the head would see. */
  const exchange = async (head: readonly string[], body: string, end = '\r\n') => {
    const socket = await open(server.url);
    const lines = [`POST ${INTAKE} HTTP/1.1`, ...head, `X-API-KEY: ${sender.key}`, '', ''];
    socket.write(lines.join(end) + body, 'latin1');
    const text = await receive(socket, (all) => /\r\n\r\n/.test(all) && /Connection: close/i.test(all), 1_000);
    socket.destroy();
    return text;
  };

  it.each<[string, readonly string[]]>([
    ['a length and chunks', ['Host: x', 'Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['chunks and a length', ['Host: x', 'Transfer-Encoding: chunked', 'Content-Length: 5']],
    ['two lengths', ['Host: x', 'Content-Length: 0', 'Content-Length: 5']],
    ['two lengths in one', ['Host: x', 'Content-Length: 0, 5']],
    ['a signed length', ['Host: x', 'Content-Length: +5']],
    ['a length in hex', ['Host: x', 'Content-Length: 0x5']],
    ['a length with a space in it', ['Host: x', 'Content-Length: 1 0']],
    ['an endless length', ['Host: x', 'Content-Length: 99999999999999999999']],
    ['a length before a space', ['Host: x', 'Content-Length : 5']],
    ['an unknown coding', ['Host: x', 'Transfer-Encoding: xchunked']],
    ['chunks that are not last', ['Host: x', 'Transfer-Encoding: chunked, identity']],
    ['chunks with a space before the colon', ['Host: x', 'Transfer-Encoding : chunked']],
    ['chunks on a folded line', ['Host: x', 'Transfer-Encoding:', ' chunked', 'Content-Length: 5']],
    ['chunks behind a control character', ['Host: x', 'Transfer-Encoding: \u000bchunked', 'Content-Length: 5']],
    ['a header without a name', ['Host: x', ': chunked']],
    ['a header with a NUL', ['Host: x', 'X-A: a\u0000b']],
  ])('%s', async (_, head) => {
    const text = await exchange(head, `0\r\n\r\n${smuggled()}`);
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(text.match(/HTTP\/1\.1 2\d\d/g)).toBeNull();
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  });

  it.each<[string, string]>([
    ['a chunk of a negative size', '-1\r\n'],
    ['a chunk of a size that is no number', 'zz\r\n'],
    ['a chunk of a size beyond all numbers', 'fffffffffffffffff\r\n'],
    ['a chunk that is longer than it says', '1\r\nabc\r\n0\r\n\r\n'],
    ['a chunk that ends without a line', '2\r\n{}0\r\n\r\n'],
  ])('%s', async (_, body) => {
    const text = await exchange(['Host: x', 'Transfer-Encoding: chunked'], `${body}${smuggled()}`);
    expect(text.match(/HTTP\/1\.1 2\d\d/g)).toBeNull();
  });

  it('lines that end without a return', async () => {
    const text = await exchange(['Host: x', 'Content-Length: 0'], smuggled(), '\n');
    expect(text.match(/HTTP\/1\.1 2\d\d/g)).toBeNull();
  });

  it('a body where none is expected is no request', async () => {
    const socket = await open(server.url);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: ${smuggled().length}\r\n\r\n${smuggled()}`);
    const text = await receive(socket, (all) => all.split('HTTP/1.1 ').length > 2, 500);
    socket.destroy();
    expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  });

  it('a whole address, a wait for leave, and an upgrade are what they are', async () => {
    for (const [line, more, status] of [
      [`POST http://elsewhere.example${INTAKE} HTTP/1.1`, [], 200],
      [`POST ${INTAKE} HTTP/1.1`, ['Expect: 100-continue'], 100],
      [`POST ${INTAKE} HTTP/1.1`, ['Expect: 200-maybe'], 417],
      [`POST ${INTAKE} HTTP/1.1`, ['Connection: Upgrade', 'Upgrade: h2c'], 200],
      [`POST ${INTAKE} HTTP/3.0`, [], 400],
      ['POST * HTTP/1.1', [], 404],
      ['CONNECT elsewhere.example:443 HTTP/1.1', [], 0],
    ] as const) {
      const socket = await open(server.url);
      const head = [line, 'Host: x', `X-API-KEY: ${sender.key}`, ...more, 'Content-Length: 2', '', '[]'];
      socket.write(head.join('\r\n'));
      const text = await receive(socket, (all) => all.includes('\r\n\r\n'), 1_500);
      socket.destroy();
      expect([line, more, Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)]).toEqual([
        line,
        more,
        status === 404 || status === 417 || status === 400
          ? expect.toBeOneOf([status, 400, 401, 404, 405, 505])
          : status,
      ]);
    }
  });

  it('has left nothing', async () => expect(await texts(sender)).toEqual([]));
});

describe('a bomb', () => {
  const zeros = Buffer.alloc(256 * MIB);
  const bombs = {
    br: brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
    deflate: deflateSync(zeros),
    gzip: gzipSync(zeros),
  };

  it.each(Object.entries(bombs))('of %s is put out', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(2 * MIB);
    const startedAt = performance.now();
    expectRefusal(vellum, await post(server, vellum, sender, bomb, { 'content-encoding': encoding }), 'too-large');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it.each(['gzip, gzip', 'gzip,gzip,gzip', 'br, gzip', 'identity, gzip', 'deflate, br', 'gzip;q=1', 'x-x-gzip'])(
    'inside a bomb (%s) is not looked at',
    async (encoding) => {
      const nested = gzipSync(gzipSync(bombs.gzip));
      const answer = await post(server, vellum, sender, nested, { 'content-encoding': encoding });
      expectRefusal(vellum, answer, 'unsupported-encoding');
    },
  );

  it('counts one unpacking, also when the header comes twice', async () => {
    const answer = await send(server.url, {
      path: INTAKE,
      headers: { 'x-api-key': sender.key, 'content-encoding': ['gzip', 'gzip'] },
      body: gzipSync(bombs.gzip),
    });
    expect(answer.status).toBe(vellum.status('unsupported-encoding'));
  });

  it('is not unpacked by the own API', async () => {
    const headers = {
      authorization: `Bearer ${sender.key}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const path = '/api/tributary/v1/redaction-rules/test';
    const answer = await send(server.url, { path, headers, body: gzipSync('{"sample":"x"}') });
    expect(answer.status).toBe(400);
    expect((await send(server.url, { path, headers, body: bombs.gzip })).status).toBe(413);
  });
});

/** What means something to SQL, to the store's own placeholders, or to a driver's. */
const STATEMENTS = [
  "' OR 1=1 --",
  "'; DROP TABLE tributary.events; --",
  "\\'; SELECT 1; --",
  '{project:UUID}',
  '{project:UUID} OR 1=1',
  '{{project:UUID}}',
  '{ids:Array(String)}',
  '$1 ? :name @name %s',
  "') UNION ALL SELECT * FROM system.tables --",
  "file('/etc/passwd')",
  "url('http://127.0.0.1/')",
  '\\x27 OR 1=1 --',
  '\u0000',
  "a\u0000' OR '1'='1",
  '\\',
  '\\\\',
  '`',
  '"',
  '/*',
  '\u2019 OR 1=1',
  '\ud83d',
];

/** Of the server's parts and the machine's files. An answer may repeat what was sent. */
const INSIDE = /DB::Exception|SQLITE_|node_modules|root:x:/;

describe('text that is a statement', () => {
  it('is text in every parameter of every question of the own API', async () => {
    const api = await ApiDescription.of(server);
    const empty = await newSender(server);
    const words = STATEMENTS.map((text) => text.toWellFormed());
    // Each parameter gets other ones: a question takes some tens of milliseconds.
    let turn = 0;
    const next = () => {
      turn += 1;
      return words[turn % words.length] ?? '';
    };
    const values = new Proxy<Values>(
      {},
      {
        has: () => true,
        get: () => [next(), next()],
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: [] }),
      },
    );
    const reads = api.operations.filter(({ method, isStream }) => method === 'GET' && !isStream);
    for (const operation of reads) {
      for (const { path } of api.requests(operation, values)) {
        const answer = await send(server.url, {
          method: 'GET',
          path,
          headers: { authorization: `Bearer ${empty.key}` },
        });
        expect([path, answer.status]).toEqual([path, expect.toBeOneOf([200, 400, 403, 404])]);
        expect(answer.text).not.toMatch(INSIDE);
        // A project without events is told of none.
        if (answer.status === 200) expect(answer.text).not.toContain(sender.projectId);
      }
    }
  });

  it('is text in every parameter of every question of the vendors', async () => {
    const names = [
      'search',
      'user',
      'users',
      'userId',
      'externalUserId',
      'sessionId',
      'agentName',
      'name',
      'sort',
      'page',
      'limit',
      'filters',
      'checks',
      'tags',
      'from',
      'startDate',
    ];
    const routes = dialects.flatMap(({ name, routes: all }) =>
      all.filter(({ method }) => method === 'GET').map(({ id, path }) => ({ id, name, path })),
    );
    for (const [i, { id, name, path }] of routes.entries()) {
      const text = (STATEMENTS[i % STATEMENTS.length] ?? '').toWellFormed();
      const query = new URLSearchParams(names.map((one): [string, string] => [one, text])).toString();
      const answer = await send(server.url, {
        method: 'GET',
        path: `/${name}${path.replace(/:\w+/g, encodeURIComponent(text))}?${query}`,
        headers: vendorNamed(name).headers(sender.key),
      });
      expect([id, text, answer.status < 500]).toEqual([id, text, true]);
      expect(answer.text).not.toMatch(INSIDE);
    }
  });

  it.each(VENDORS)('is text in every member that $name looks at', async (vendor) => {
    const mine = await newSender(server);
    const members = [
      ...[
        'user',
        'userId',
        'user_id',
        'person',
        'externalUserId',
        'session',
        'session_id',
        'sessionId',
        'threadId',
        'agent',
      ],
      ...[
        'agentName',
        'agent_version',
        'model',
        'provider',
        'name',
        'environment',
        'trace_id',
        'parentRunId',
        'parent_id',
      ],
      ...['idempotencyKey', 'event_id', 'status', 'error_type', 'error_message', 'type2', 'links', 'tool'],
    ];
    const sent: string[] = [];
    for (const [i, text] of STATEMENTS.entries()) {
      const value = JSON.stringify(text);
      const base = JSON.parse(
        vendor.event(mine, { id: JSON.stringify(`${i} ${text}`), name: value, data: value }),
      ) as object;
      const more = members
        .filter((name) => !Object.hasOwn(base, name))
        .map((name) => `${JSON.stringify(name)}:${JSON.stringify(`${i}${text}`.slice(0, 100))}`);
      const whole = `${JSON.stringify(base).slice(0, -1)},${more.join(',')},"tags":{${value}:${value}},"metadata2":{${value}:[${value}]}}`;
      const answer = await post(server, vendor, mine, vendor.body([whole]));
      // Some vendors refuse some: then in their words.
      expect([text, answer.status]).toEqual([text, expect.toBeOneOf([vendor.acceptedStatus, 400, 422])]);
      expect(answer.text).not.toMatch(INSIDE);
      if (answer.status === vendor.acceptedStatus && !answer.text.includes('"success":false')) sent.push(whole);
    }
    expect(sent.length).toBeGreaterThan(STATEMENTS.length / 2);
    expect(await texts(mine)).toEqual([...sent].sort());
  });
});

describe('members that mean something to JavaScript', () => {
  const POLLUTION = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];
  const call = (method: string, path: string, body: string): Promise<Answer> =>
    send(server.url, {
      method,
      path,
      headers: { authorization: `Bearer ${sender.key}`, 'content-type': 'application/json' },
      body,
    });

  it.each(VENDORS)('are members, ids, names and tags of $name like all others', async (vendor) => {
    const mine = await newSender(server);
    const sent = POLLUTION.flatMap((word) => {
      const value = JSON.stringify(word);
      const nested = `{${value}:{"polluted":"yes","isAdmin":true,"scopes":["instance"]}}`;
      const more = `${value}:{"polluted":"yes"},"extra":${nested},"tags":{${value}:"polluted"},"metadata2":{"constructor":${nested}}`;
      return [vendor.event(mine, { id: value, name: value, data: nested, more })];
    });
    for (const text of sent) expectAccepted(vendor, await post(server, vendor, mine, vendor.body([text])));
    expect(await texts(mine)).toEqual([...sent].sort());
    const traces = await server.all<{ traceId: string }>('/traces', mine.key);
    expect(traces.map(({ traceId }) => traceId).sort()).toEqual([...POLLUTION].sort());
  });

  it('are names of people, agents, rules and rates, or of none', async () => {
    for (const word of POLLUTION) {
      const value = JSON.stringify(word);
      const made = [
        await call('PUT', '/api/v1/people', `{"person_id":${value},"properties":{${value}:{"polluted":1}}}`),
        await call('PUT', '/api/v1/agents', `{"agent_name":${value},${value}:{"polluted":1}}`),
        await call(
          'POST',
          '/api/entities/init',
          `{"agentName":${value},"metadata":{${value}:{"polluted":1},"systemPrompt":"x","tools":[]}}`,
        ),
        await call('PUT', `/api/tributary/v1/agents/${word}/sampling`, '{"rate":0.5}'),
        await call('POST', '/api/tributary/v1/redaction-rules', `{"kind":"field","target":"**.x.${word}"}`),
      ];
      expect([word, made.map(({ status }) => status < 300)]).toEqual([word, made.map(() => true)]);
      // Own API bodies with members that it does not know are refused.
      expect((await call('PATCH', '/api/tributary/v1/settings', `{${value}:{"polluted":1}}`)).status).toBe(400);
      const query = `${word}=1&${word}[polluted]=1&a[__proto__][polluted]=1`;
      expect(
        (
          await send(server.url, {
            method: 'GET',
            path: `/v1/runs?${query}`,
            headers: { authorization: `Bearer ${sender.key}` },
          })
        ).status,
      ).toBeLessThan(500);
    }
    // Nobody has become what the bodies said: a new key has its scopes, a plain answer its members.
    const { text } = await call('POST', '/api/tributary/v1/keys', '{"name":"plain"}');
    expect(text).not.toMatch(/polluted|instance|isAdmin/);
    const health = await (await fetch(`${server.url}/healthz`)).json();
    expect(Object.keys(health as object).sort()).toEqual(['status', 'version']);
  });
});

describe('an address', () => {
  const TRICKS = [
    ...[
      '..',
      '.',
      '../..',
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      '%2e%2e%2f%2e%2e%2f',
      '..%5c..%5c',
      '%252e%252e%252f',
      '....//',
    ],
    ...[
      '%00',
      'a%00.json',
      '%0d%0aSet-Cookie:%20a=b',
      '%c0%ae%c0%ae',
      '%',
      '%zz',
      '%uff0e',
      '~root',
      'file:%2f%2f%2fetc',
      ';/admin',
      'x'.repeat(7_000),
    ],
  ];

  it('leads nowhere but to what it says', async () => {
    const bases = [
      '/api/tributary/v1/traces/',
      '/api/tributary/v1/receipts/',
      '/traces/',
      '/v1/runs/',
      '/api/v1/people/',
      '/api/threads/',
      '/',
    ];
    for (const base of bases)
      for (const trick of TRICKS) {
        const answer = await send(server.url, {
          method: 'GET',
          path: `${base}${trick}`,
          headers: { authorization: `Bearer ${sender.key}` },
        });
        expect([base, trick, answer.status]).toEqual([
          base,
          trick,
          expect.toBeOneOf([200, 400, 401, 402, 403, 404, 405, 414, 422]),
        ]);
        expect(answer.text).not.toMatch(/root:x:|node_modules|DB::Exception/);
        expect([base, trick, answer.headers['set-cookie']]).toEqual([base, trick, undefined]);
      }
  });

  it('with dots in it opens no door that the straight one does not', async () => {
    const doors = [
      '/healthz/../api/tributary/v1/keys',
      '/healthz/..%2fapi/tributary/v1/keys',
      '//api/tributary/v1/keys',
      '/api/tributary/v1//keys',
      '/api/tributary/v1/./keys',
      '/api/tributary/v1/traces/../keys',
      '/API/TRIBUTARY/V1/KEYS',
      '/api/tributary/v1/keys/',
      '/api/tributary/v1/keys;a=b',
      '/api/tributary/v1/keys%2f',
      '/api/tributary/v1/keys#x',
      'http://127.0.0.1/api/tributary/v1/keys',
    ];
    for (const path of doors) {
      const { status, text } = await send(server.url, { method: 'GET', path });
      expect([path, status]).toEqual([path, expect.toBeOneOf([400, 401, 402, 404, 405])]);
      expect(text).not.toContain('"data"');
    }
  });

  it('or an id with a line break adds no header to an answer', async () => {
    const breaks = [
      'a\r\nSet-Cookie: a=b',
      'a\nX-Injected: 1',
      'a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      '\u0085X-Injected: 1',
      '\u2028X-Injected: 1',
    ];
    for (const vendor of VENDORS)
      for (const id of breaks) {
        const answer = await post(
          server,
          vendor,
          sender,
          vendor.body([vendor.event(sender, { id: JSON.stringify(id) })]),
          {
            'x-request-id': 'a\tb',
            origin: 'https://a.example',
          },
        );
        expectAccepted(vendor, answer);
        expect([answer.headers['set-cookie'], answer.headers['x-injected']]).toEqual([undefined, undefined]);
      }
  });
});
