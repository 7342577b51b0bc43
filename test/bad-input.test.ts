/**
 * Wrong and hostile events against the real server, for every event route of every vendor: what is refused is refused in
 * the vendor's words and leaves nothing behind; what is accepted is stored once, byte for byte, and can be found.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOTS, EXTREME_TIMES, HOSTILE_IDS, HOSTILE_MEMBERS, HOSTILE_VALUES, WRONG_TIMES } from './support/hostile.ts';
import { send } from './support/http.ts';
import { expectAccepted, expectNoInternals, expectRefusal, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { readStored } from './support/stored.ts';
import { newSender, type Sender, type Vendor, vendors } from './support/vendors.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  // Warnings and errors of any kind: a retried write, a dead letter, a crash of a request.
  expect(stderr).toEqual([]);
});

/** As `storableText` writes ids that UTF-8 cannot hold. */
const visible = (id: string) =>
  (JSON.parse(id) as string).replace(/\p{Surrogate}/gu, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
const own = (sender: Sender, path: string) =>
  send(server.url, {
    method: 'GET',
    path: `/api/tributary/v1${path}`,
    headers: { authorization: `Bearer ${sender.key}` },
  });
const isBlank = (id: string) => (JSON.parse(id) as string).trim() === '';
const takesBlank = ({ dialect }: Vendor) => dialect !== 'weflayr' && dialect !== 'lunary';

const NO_JSON = [
  ...[
    '{',
    '[',
    '{"a":1',
    '{"a":1}}',
    "{'a':1}",
    '{a:1}',
    '{"a":1,}',
    '[1,]',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":+1}',
  ],
  ...[
    '{"a":01}',
    '{"a":.5}',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    'undefined',
    '<xml/>',
    'a=1&b=2',
    '// no\n{}',
    '\u0000',
    '{}{}',
  ],
];
const SCALARS = ['null', 'true', 'false', '7', '-1.5e3', '"text"', '""'];

describe.each(vendors)('$name', (vendor) => {
  let sender: Sender;
  beforeAll(async () => {
    sender = await newSender(server);
  });
  const refuse = async (body: string, fault: Parameters<Vendor['status']>[0], field?: string) =>
    expectRefusal(vendor, await post(server, vendor, sender, body), fault, field);
  const event = (id: string) => vendor.event(sender, { id: JSON.stringify(id), data: '"x"' });

  it('refuses what is no event', async () => {
    for (const body of NO_JSON) await refuse(body, 'malformed-json');
    // A missing list of events is told so by Lunary; both are a 400.
    for (const body of ['', ' \r\n']) await refuse(body, 'malformed-json');
    for (const body of SCALARS) {
      const answer = await post(server, vendor, sender, body);
      expect([body, answer.status]).toEqual([body, vendor.status('invalid-event')]);
      expectNoInternals(answer);
    }
    expect(await storedEvents(server, sender)).toEqual([]);
  });

  it('names every required field that is missing or of a wrong type', async () => {
    for (const { member, wrong } of vendor.required) {
      const { [member]: _, ...rest } = JSON.parse(event('required')) as Record<string, unknown>;
      const texts = wrong.map((value) => `${JSON.stringify(rest).slice(0, -1)},"${member}":${value}}`);
      for (const text of [JSON.stringify(rest), ...texts]) {
        if (vendor.batches !== 'each') await refuse(vendor.body([text]), 'invalid-event', member);
        else {
          const answer = await post(server, vendor, sender, vendor.body([text]));
          expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(`"success":false.*${member}`)]);
        }
      }
    }
    expect(await storedEvents(server, sender)).toEqual([]);
  });

  it('refuses ids that are too long', async () => {
    for (const chars of [vendor.idCharsMax + 1, 1_000_000]) {
      const answer = await post(server, vendor, sender, vendor.body([event('x'.repeat(chars))]));
      if (vendor.batches === 'each') expect(answer.text).toContain('"success":false');
      else expect(answer.status).toBe(vendor.status('invalid-event'));
      expectNoInternals(answer);
    }
    expect(await storedEvents(server, sender)).toEqual([]);
  });

  if (vendor.batches === 'one')
    it('takes no batches', async () => {
      for (const body of ['[]', '[{}]', `[${event('in a list')}]`]) await refuse(body, 'invalid-event', '');
      expect(await storedEvents(server, sender)).toEqual([]);
    });

  if (vendor.batches === 'all')
    it('refuses a whole batch for one bad event, and says which', async () => {
      for (const bad of ['null', '7', '"x"', '[]', '{}', '[{}]']) {
        const answer = await post(server, vendor, sender, `[${event('a')},${bad},${event('b')}]`);
        expectRefusal(vendor, answer, 'invalid-event', '1');
      }
      expect(await storedEvents(server, sender)).toEqual([]);
      const empty = await post(server, vendor, sender, '[]');
      expect(empty.status).toBe(vendor.acceptedStatus);
      expect(await storedEvents(server, sender)).toEqual([]);
    });

  if (vendor.batches === 'each')
    it('answers event by event', async () => {
      const each = await newSender(server);
      const good = vendor.event(each, { id: '"a"' });
      const parts = [good, 'null', '7', '"x"', '[]', '{}', '[{},{}]', '{"event":"chat","runId":"c","message":3}', good];
      const answer = await post(server, vendor, each, vendor.body([...parts, vendor.event(each, { id: '"b"' })]));
      const body = JSON.parse(answer.text) as { success: boolean }[] & { results?: { success: boolean }[] };
      const results = (body.results ?? body).map((result) => result.success);
      // The same event twice is a success twice, and stored once.
      expect([answer.status, results]).toEqual([200, [true, ...Array<boolean>(7).fill(false), true, true]]);
      expect(answer.text).toContain('events[7].message');
      expect(await storedEvents(server, each)).toHaveLength(2);
    });

  it('refuses keys that are missing, unknown, revoked or without the ingest scope', async () => {
    const all = vendor.body([event('unwelcome')]);
    const withKey = async (key: string) => {
      const stranger = { ...sender, key };
      return post(server, vendor, stranger, vendor.body([vendor.event(stranger, { id: '"unwelcome"' })]));
    };
    const readOnly = await server.post<{ secret: string }>('/keys', { name: 'reads', scopes: ['read'] }, sender.key);
    expectRefusal(vendor, await withKey(readOnly.secret), 'scope-missing');
    const revoked = await server.post<{ id: string; secret: string }>('/keys', { name: 'gone' }, sender.key);
    const headers = { authorization: `Bearer ${sender.key}` };
    const path = `/api/tributary/v1/keys/${revoked.id}`;
    expect((await send(server.url, { method: 'DELETE', path, headers })).status).toBe(200);
    for (const key of [revoked.secret, 'no-such-key', `${sender.key}x`, sender.key.slice(0, -1), 'é', "' OR 1=1 --"])
      expectRefusal(vendor, await withKey(key), 'unknown-credential');
    if (vendor.name === 'lunary report') return;
    const anonymous = { ...vendor, headers: () => ({}) };
    expectRefusal(vendor, await post(server, anonymous, sender, all), 'missing-credential');
    expectRefusal(vendor, await withKey(''), 'missing-credential');
    expect(await storedEvents(server, sender)).toEqual([]);
  });

  it('keeps hostile ids, values and members as they are', async () => {
    const mine = await newSender(server);
    const ids = [...HOSTILE_IDS, ...DOTS].filter((id) => takesBlank(vendor) || !isBlank(id));
    const longest = ['x', 'é', '日'].map((letter) => JSON.stringify(letter.repeat(vendor.idCharsMax)));
    const texts = [
      ...[...ids, ...longest].map((id) => vendor.event(mine, { id, name: id, data: id })),
      ...HOSTILE_VALUES.map((data, i) => vendor.event(mine, { id: `"value ${i}"`, data })),
      ...HOSTILE_MEMBERS.map((more, i) => vendor.event(mine, { id: `"member ${i}"`, data: '"x"', more })),
    ];
    const answers = await Promise.all(texts.map((text) => post(server, vendor, mine, vendor.body([text]))));
    for (const answer of answers) expectAccepted(vendor, answer);
    await server.settle();
    const { events, traces } = await readStored(server, mine.key, () => false);
    expect(events.map(({ text }) => text).sort()).toEqual([...texts].sort());
    // "\u0041" is an A: what is the same text is the same id, and nothing else is.
    const names = new Set([...ids, ...longest].map(visible));
    expect(traces.map(({ trace }) => trace.traceId).filter((id) => !/^(value|member) \d/.test(id))).toHaveLength(
      names.size,
    );
    for (const { trace } of traces) if (!/^(value|member) \d/.test(trace.traceId)) names.delete(trace.traceId);
    expect([...names]).toEqual([]);
    // Each vendor's traces are opened by other ids.
    const sample = ids.filter((_, i) => i % vendors.length === vendors.indexOf(vendor));
    for (const id of sample.filter((text) => !DOTS.includes(text)).map(visible)) {
      const answer = await own(mine, `/traces/${encodeURIComponent(id)}`);
      expect([id, answer.status, answer.text]).toEqual([
        id,
        200,
        expect.stringContaining(`"traceId":${JSON.stringify(id)}`),
      ]);
      const listed = await own(mine, `/events?traceId=${encodeURIComponent(id)}`);
      expect([id, (JSON.parse(listed.text) as { data: unknown[] }).data.length]).toEqual([id, 1]);
    }
  });

  it('takes times of any year, and does not guess what is no time', async () => {
    const mine = await newSender(server);
    const timed = (time: string, i: number) =>
      vendor.event(mine, { id: JSON.stringify(`time ${i} ${time}`), data: '1', more: `"timestamp":${time}` });
    const mustBeTimes = vendor.dialect === 'vellum' || vendor.dialect === 'whyops';
    const good = mustBeTimes ? EXTREME_TIMES : [...EXTREME_TIMES, ...WRONG_TIMES];
    for (const [i, time] of good.entries())
      expectAccepted(vendor, await post(server, vendor, mine, vendor.body([timed(time, i)])));
    if (mustBeTimes) {
      for (const [i, time] of WRONG_TIMES.entries())
        expectRefusal(
          vendor,
          await post(server, vendor, mine, vendor.body([timed(time, i)])),
          'invalid-event',
          'timestamp',
        );
    }
    const events = await storedEvents(server, mine);
    expect(events.map(({ text }) => text).sort()).toEqual(good.map(timed).sort());
    for (const { timestamp } of events)
      expect(timestamp).toMatch(/^(19|20|21|22)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });
});

it('lets nothing leak into the prototypes of the server', async () => {
  const sender = await newSender(server);
  const pages = await Promise.all(['/traces', '/events', '/keys', '/projects'].map((path) => own(sender, path)));
  for (const page of pages) expect(page.text).not.toContain('polluted');
});

describe('the own API', () => {
  let sender: Sender;
  beforeAll(async () => {
    sender = await newSender(server);
    for (const vendor of vendors.filter(({ dialect }) => dialect === 'voker' || dialect === 'weflayr')) {
      for (const id of HOSTILE_IDS.slice(0, 20))
        await post(server, vendor, sender, vendor.body([vendor.event(sender, { id, name: id, data: id })]));
    }
    await server.settle();
  });
  const cursor = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const texts = [...HOSTILE_IDS.map((id) => visible(id)), 'x'.repeat(1024), 'w '.repeat(500), 'x'.repeat(9_000)];

  it.each([
    ['/traces', ['name', 'userId', 'sessionId', 'agent', 'tag', 'q', 'nonsense']],
    ['/events', ['traceId', 'spanId', 'eventId', 'type', 'nonsense']],
  ])('%s takes any text as a filter', async (path, names) => {
    // Each name gets other texts: a question takes some tens of milliseconds.
    for (const [n, name] of names.entries()) {
      for (const text of texts.filter((_, i) => i % names.length === n)) {
        const answer = await own(sender, `${path}?${name}=${encodeURIComponent(text)}`);
        const longest = path === '/traces' ? 1024 : 4096;
        const isRefused = name === 'nonsense' || text.length > longest;
        expect([name, text, answer.status]).toEqual([name, text, isRefused ? 400 : 200]);
      }
    }
  });

  it.each(['/traces', '/events'])('%s finds what has the name, and nothing else', async (path) => {
    const isFound = path === '/traces' ? 'agent' : 'traceId';
    for (const id of HOSTILE_IDS.slice(0, 20).map(visible)) {
      const answer = await own(sender, `${path}?dialect=voker&${isFound}=${encodeURIComponent(id)}`);
      expect((JSON.parse(answer.text) as { data: { traceId: string }[] }).data.map((item) => item.traceId)).toEqual([
        id,
      ]);
    }
  });

  it.each(['/traces', '/events'])('%s refuses values that make no sense', async (path) => {
    for (const name of ['cursor', 'limit', 'from', 'to', 'dialect']) {
      for (const value of [
        '',
        'x',
        '%00',
        '%ff',
        '%',
        '-1',
        '[]',
        '__proto__',
        'NaN',
        "'",
        '1e999',
        '%C3%A9',
        'x'.repeat(5_000),
      ]) {
        const answer = await own(sender, `${path}?${name}=${value}`);
        expect([name, value, answer.status]).toEqual([name, value, 400]);
        expect(JSON.parse(answer.text)).toEqual({
          error: { code: 'invalid-event', message: expect.any(String), path: name },
        });
      }
    }
  });

  it.each(['/traces', '/events'])('%s survives cursors that somebody made', async (path) => {
    const numbers = [0, -0.5, 1e300, -1e300, 9e15, 5e-324, -1];
    const odd = [null, {}, 'x', [], [1], [null, 'x'], ['1', 'x', 'y'], [[1], 'x'], [1, 2, 3], [1, 'x', 'y', 'z'], 7];
    for (const parts of odd) {
      const answer = await own(sender, `${path}?cursor=${cursor(parts)}`);
      expect([parts, answer.status]).toEqual([parts, 400]);
    }
    for (const n of numbers) {
      const parts = path === '/traces' ? [n, "'|\u0000"] : [n, "'", '\u0000'];
      for (const order of ['', '&limit=1']) {
        const answer = await own(sender, `${path}?cursor=${cursor(parts)}${order}`);
        expect([n, answer.status]).toEqual([n, expect.toBeOneOf([200, 400])]);
      }
    }
  });

  it('answers 404 for what no project has', async () => {
    for (const id of ['%ff', '%', '%00', '%2F', '%2e%2e%2f', "'", '__proto__', 'x'.repeat(10_000)]) {
      for (const path of [`/traces/${id}`, `/receipts/${id}`])
        expect([path, (await own(sender, path)).status]).toEqual([path, expect.toBeOneOf([200, 404])]);
    }
  });
});
