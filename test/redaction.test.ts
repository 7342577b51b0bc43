/**
 * Redaction against the real server: secrets go in through every event route of every vendor, in every place of a request,
 * and none of them is in any file of the data directory, in any answer, or in what the server says about itself.
 */

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesHolding } from './support/files.ts';
import { send } from './support/http.ts';
import { expectAccepted, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { readStored } from './support/stored.ts';
import { newSender, type Sender, vendorNamed, vendors } from './support/vendors.ts';

/** Each is found by another rule. */
const SECRETS = {
  email: 'ann.secret@example.org',
  card: '4111111111111111',
  spacedCard: '5555 5555 5555 4444',
  key: 'sk-proj-Zm9vYmFyYmF6cXV4MTIzNDU2',
  employee: 'EMP-918273',
  password: 'hunter2-and-more',
  ssn: 'the number of ann',
} as const;
/** Not a secret: shows that what is searched is there to be found. */
const MARK = 'the-mark-that-stays';

const RULES = [
  { kind: 'built-in', target: 'email', action: 'hash' },
  { kind: 'built-in', target: 'card' },
  { kind: 'built-in', target: 'key' },
  { kind: 'pattern', target: 'EMP-\\d{6}', name: 'employee' },
  { kind: 'field', target: '**.password', action: 'drop' },
  { kind: 'field', target: '$.extra.ssn' },
];

let server: TestServer;
let sender: Sender;
let other: Sender;
beforeAll(async () => {
  server = await TestServer.start();
  sender = await newSender(server, 'redacted');
  other = await newSender(server, 'as it comes');
  for (const rule of RULES) await server.post('/redaction-rules', rule, sender.key);
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

const filesWith = (text: string) => filesHolding(server.dataDir, text);

function expectNoSecretOnDisk(): void {
  expect(filesWith(MARK).some((path) => path.startsWith(join(server.dataDir, 'log')))).toBe(true);
  for (const secret of Object.values(SECRETS)) expect([secret, filesWith(secret)]).toEqual([secret, []]);
}

const words = `${MARK}: write to ${SECRETS.email}, card ${SECRETS.spacedCard}, ${SECRETS.key}, ${SECRETS.employee}`;
const more = [
  `"password":"${SECRETS.password}","extra":{"ssn":"${SECRETS.ssn}","password":{"old":"${SECRETS.password}"},"n":1.50}`,
  `"card":${SECRETS.card},"${SECRETS.email}":{"by":"key"},"tags":["${SECRETS.email}","${SECRETS.employee}"]`,
  `"json":${JSON.stringify(JSON.stringify({ deep: JSON.stringify({ password: SECRETS.password, n: Number(SECRETS.card) }) }))}`,
  `"escaped":"\\u0061nn.secret\\u0040example.org","text":${JSON.stringify(words)}`,
].join(',');

describe.each(vendors)('$name', (vendor) => {
  const event = (i: number) =>
    vendor.event(sender, {
      id: JSON.stringify(`${vendor.name} ${i} ${SECRETS.email}`),
      name: JSON.stringify(`agent of ${SECRETS.email}`),
      data: JSON.stringify(words),
      more,
    });

  it('keeps what is left of a request, and none of the secrets', async () => {
    const path = `${vendor.path(sender)}?note=${encodeURIComponent(SECRETS.email)}&password=${SECRETS.password}`;
    const headers = {
      ...vendor.headers(sender.key),
      'idempotency-key': SECRETS.email,
      'x-user-id': SECRETS.email,
      'x-thread-id': SECRETS.key,
      'user-agent': `agent/1 (${SECRETS.email})`,
      'content-encoding': 'gzip',
    };
    const answers = await Promise.all([
      send(server.url, { path, headers, body: gzipSync(vendor.body([event(1)])) }),
      post(server, vendor, sender, vendor.body([event(2)])),
    ]);
    for (const answer of answers) expectAccepted(vendor, answer);
    // At once: what is not loaded yet stands in the log.
    expectNoSecretOnDisk();
    for (const { text } of answers) for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
  });

  it('does not log what it refuses, nor with the secrets in it', async () => {
    const bad = vendor.body([`{"nonsense":${JSON.stringify(words)},${more}}`]);
    for (const body of [bad, bad.slice(0, -1), words]) await post(server, vendor, sender, body);
    expectNoSecretOnDisk();
  });
});

describe('what is stored', () => {
  it('has everything but the secrets, to the byte', async () => {
    await server.settle();
    const { events, traces } = await readStored(server, sender.key);
    expect(events.length).toBe(2 * vendors.length);
    for (const { text } of events) {
      expect(text).toContain(MARK);
      expect(text).toContain('"n":1.50');
      expect(text).toContain('"card":"[redacted:card]"');
      expect(text).toContain('"extra":{"ssn":"[redacted:ssn]","n":1.50}');
      expect(text).toMatch(/"escaped":"\[redacted:email:[0-9a-f]{24}\]"/);
      expect(text).toMatch(/"\[redacted:email:[0-9a-f]{24}\]":\{"by":"key"\}/);
    }
    const all = JSON.stringify([events, traces]);
    for (const secret of Object.values(SECRETS)) expect(all).not.toContain(secret);
    // Different ids stay different: each event had its own.
    expect(new Set(events.map(({ traceId }) => traceId)).size).toBe(2 * vendors.length);
  });

  it('is another project only by its own rules', async () => {
    const weflayr = vendorNamed('weflayr');
    const text = weflayr.event(other, { id: '"as it comes"', data: JSON.stringify('to bob@example.org') });
    expectAccepted(weflayr, await post(server, weflayr, other, text));
    expect((await storedEvents(server, other)).map((event) => event.text)).toEqual([text]);
    // What is not redacted is found on disk: the search would see a secret.
    expect(filesWith('bob@example.org').length).toBeGreaterThan(0);
  });
});

describe('ids that are redacted', () => {
  const call = (method: string, path: string, body?: unknown) =>
    send(server.url, {
      method,
      path,
      headers: { authorization: `Bearer ${sender.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('are found again under what the client calls them', async () => {
    const id = `lunary 2 ${SECRETS.email}`;
    await server.settle();
    const run = await call('GET', `/v1/runs/${encodeURIComponent(id)}`);
    expect([run.status, run.text]).toEqual([200, expect.stringContaining(MARK)]);
    const rated = await call('PATCH', `/v1/runs/${encodeURIComponent(id)}/feedback`, {
      thumb: 'up',
      comment: `ask ${SECRETS.email}`,
    });
    expect(rated.status).toBe(200);
    await server.settle();
    const again = await call('GET', `/v1/runs/${encodeURIComponent(id)}`);
    expect(again.text).toMatch(/ask \[redacted:email:[0-9a-f]{24}\]/);
  });

  it('name people and agents, whose texts are redacted as well', async () => {
    const person = { person_id: SECRETS.email, properties: { mail: SECRETS.email, password: SECRETS.password } };
    expect((await call('PUT', '/api/v1/people', person)).status).toBe(200);
    const read = await call('GET', `/api/v1/people/${encodeURIComponent(SECRETS.email)}`);
    expect([read.status, read.text]).toEqual([200, expect.not.stringContaining('secret')]);
    const prompt = { agentName: 'a', metadata: { systemPrompt: words, tools: [] } };
    expect((await call('POST', '/api/entities/init', prompt)).status).toBeLessThan(300);
    await call('PUT', '/api/v1/agents', { agent_name: `agent of ${SECRETS.employee}`, description: words });
    expectNoSecretOnDisk();
  });
});

describe('rules', () => {
  const add = (rule: object, key = sender.key) =>
    send(server.url, {
      path: '/api/tributary/v1/redaction-rules',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(rule),
    });

  it('are listed, tried out and removed, by admins of the project alone', async () => {
    const list = () => server.get<{ data: { ruleId: string; name: string }[] }>('/redaction-rules', other.key);
    const { ruleId } = await server.post<{ ruleId: string }>('/redaction-rules', RULES[0], other.key);
    expect((await list()).data).toEqual([
      { ruleId, name: 'email', kind: 'built-in', target: 'email', action: 'hash', createdAt: expect.any(String) },
    ]);
    const sample = '{"a": "tried.out@example.org", "b":1.0}';
    const tried = await server.post<{ text: string }>('/redaction-rules/test', { sample }, other.key);
    expect(tried).toEqual({
      text: expect.stringMatching(/^\{"a": "\[redacted:email:[0-9a-f]{24}\]", "b":1.0\}$/),
      isJson: true,
      found: [{ name: 'email', count: 1 }],
    });
    const rules = [{ kind: 'field', target: 'a', action: 'drop' }];
    expect(await server.post('/redaction-rules/test', { sample, rules }, other.key)).toMatchObject({
      text: '{"b":1.0}',
    });
    // The audit log has what admins do; a sample is not in it, nor anywhere else.
    expect(filesWith('tried.out@')).toEqual([]);
    const path = `/api/tributary/v1/redaction-rules/${ruleId}`;
    const remove = (key: string) =>
      send(server.url, { method: 'DELETE', path, headers: { authorization: `Bearer ${key}` } });
    expect((await remove(sender.key)).status).toBe(404);
    expect((await remove(other.key)).status).toBe(200);
    expect((await remove(other.key)).status).toBe(404);
    expect((await list()).data).toEqual([]);
  });

  it('that make no sense are refused, and the same one twice', async () => {
    expect((await add(RULES[0] ?? {})).status).toBe(409);
    for (const rule of [
      { kind: 'built-in', target: 'everything' },
      { kind: 'pattern', target: '(a)\\1' },
      { kind: 'pattern', target: 'a*' },
      { kind: 'field', target: 'eventType' },
      { kind: 'field', target: 'a..b' },
      { kind: 'field', target: 'a', name: 'no spaces' },
      { kind: 'field', target: 'a', action: 'shred' },
      { kind: 'other', target: 'a' },
      { kind: 'field' },
    ])
      expect([rule, (await add(rule)).status]).toEqual([rule, 400]);
  });

  it('are bounded in number', async () => {
    const full = await newSender(server);
    for (let i = 0; i < 20; i += 1)
      expect((await add({ kind: 'pattern', target: `x${i}` }, full.key)).status).toBe(201);
    expect((await add({ kind: 'pattern', target: 'one more' }, full.key)).status).toBe(400);
    expect((await add({ kind: 'field', target: 'one.more' }, full.key)).status).toBe(201);
  });
});

it('nothing is on disk after a stop either, and the rules count after a start', async () => {
  await server.settle();
  expect(await server.terminate()).toBe(0);
  for (const secret of Object.values(SECRETS)) expect([secret, filesWith(secret)]).toEqual([secret, []]);
  const { dataDir } = server;
  const before = server;
  server = await TestServer.start({ dataDir });
  const vellum = vendorNamed('vellum');
  const body = vellum.body([vellum.event(sender, { id: '"after"', data: JSON.stringify(words) })]);
  expectAccepted(vellum, await post(server, vellum, sender, body));
  const after = (await storedEvents(server, sender)).filter(({ traceId }) => traceId === 'after');
  const earlier = (await storedEvents(server, sender)).find(({ traceId }) => traceId !== 'after');
  expect(after).toHaveLength(1);
  // The key of the hashes is the same.
  const hash = /\[redacted:email:[0-9a-f]{24}\]/.exec(after[0]?.text ?? '')?.[0] ?? 'none';
  expect(earlier?.text).toContain(hash);
  expectNoSecretOnDisk();
  await server.stop();
  await before.stop();
});
