/** Bounds of projects and keys against the real server: who may set them, and what each vendor's client is told. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyBytesMax, eventsPerRequestMax, requestsPerSecondDefault } from '../src/limits.ts';
import { type Answer, open, receive } from './support/http.ts';
import { expectAccepted, expectRefusal, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newSender, type Sender, vendorNamed, vendors } from './support/vendors.ts';

const API = '/api/tributary/v1';
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

interface Limits {
  readonly effective: Record<string, number>;
  readonly own: Record<string, number>;
  readonly ceiling: Record<string, number>;
}
async function ask(method: string, path: string, key: string, body?: unknown) {
  const response = await fetch(server.url + API + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Limits & { error?: { code: string; path?: string } },
  };
}
const operator = (method: string, project: string, body?: unknown) =>
  ask(method, `/limits?project=${project}`, server.key, body);

function expectLimited(answer: Answer, vendorName: string): void {
  expectRefusal(vendorNamed(vendorName), answer, 'rate-limited');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(5);
}

describe.each(vendors)('$name', (vendor) => {
  const event = (sender: Sender, id: string, more?: string) =>
    vendor.event(sender, { id: JSON.stringify(id), ...(more === undefined ? {} : { more }) });
  const send = (sender: Sender, id: string, more?: string) =>
    post(server, vendor, sender, vendor.body([event(sender, id, more)]));

  it('is told in its own words when it sends too often, too much, too large, too many', async () => {
    const sender = await newSender(server);
    await ask('PUT', '/limits', sender.key, { requestsPerSecond: 1, requestBurst: 2 });
    let accepted = 0;
    // More than a slow machine could answer one by one within their rate.
    const answers = await Promise.all(Array.from({ length: 15 }, (_, i) => send(sender, `at once ${i}`)));
    for (const answer of answers) {
      if (answer.status !== vendor.acceptedStatus) expectLimited(answer, vendor.name);
      else accepted += 1;
    }
    expect(accepted).toBeGreaterThanOrEqual(2);
    expect(accepted).toBeLessThan(15);

    await ask('PUT', '/limits', sender.key, { bodyBytes: 5000 });
    expectRefusal(vendor, await send(sender, 'large', `"x":"${'x'.repeat(5000)}"`), 'too-large');
    expectAccepted(vendor, await send(sender, 'small'));

    await ask('PUT', '/limits', sender.key, { bytesPerSecond: 200 });
    expectAccepted(vendor, await send(sender, 'more', `"x":"${'x'.repeat(5000)}"`));
    expectLimited(await send(sender, 'then'), vendor.name);

    await ask('DELETE', '/limits', sender.key);
    if (vendor.batches !== 'one') {
      await ask('PUT', '/limits', sender.key, { eventsPerRequest: 2 });
      const events = ['b1', 'b2', 'b3'].map((id) => event(sender, id));
      expectRefusal(vendor, await post(server, vendor, sender, vendor.body(events)), 'too-many-events');
      expectAccepted(vendor, await post(server, vendor, sender, vendor.body(events.slice(0, 2))));
    }
    const stored = (await storedEvents(server, sender)).length;
    expect(stored).toBe(accepted + (vendor.batches === 'one' ? 2 : 4));
  });
});

describe('requests in flight', () => {
  it('of a project are bounded, also those whose bodies only begin', async () => {
    const vendor = vendorNamed('vellum');
    const sender = await newSender(server);
    const other = await newSender(server);
    await ask('PUT', '/limits', sender.key, { requestsInFlight: 3 });
    const slow = await Promise.all([1, 2, 3].map(() => open(server.url)));
    const head = `POST /monitoring/v1/events HTTP/1.1\r\nHost: x\r\nX-API-KEY: ${sender.key}\r\nContent-Length: 2\r\n\r\n[`;
    for (const socket of slow) socket.write(head);
    const send = (who: Sender) => post(server, vendor, who, vendor.body([vendor.event(who, { id: '"e"' })]));
    await expect.poll(async () => (await send(sender)).status).toBe(429);
    expectLimited(await send(sender), 'vellum');
    expectAccepted(vendor, await send(other));
    for (const socket of slow) socket.write(']');
    for (const socket of slow) expect(await receive(socket, (text) => text.endsWith('}'))).toContain(' 200 OK');
    for (const socket of slow) socket.destroy();
    expectAccepted(vendor, await send(sender));
  });

  it('are given back when a client goes away', async () => {
    const vendor = vendorNamed('vellum');
    const sender = await newSender(server);
    await ask('PUT', '/limits', sender.key, { requestsInFlight: 1 });
    const socket = await open(server.url);
    socket.write(
      `POST /monitoring/v1/events HTTP/1.1\r\nHost: x\r\nX-API-KEY: ${sender.key}\r\nContent-Length: 9\r\n\r\n[`,
    );
    const send = () => post(server, vendor, sender, vendor.body([vendor.event(sender, { id: '"e"' })]));
    await expect.poll(async () => (await send()).status).toBe(429);
    socket.destroy();
    await expect.poll(async () => (await send()).status).toBe(200);
  });
});

describe('a key with bounds of its own', () => {
  it('is held to them; the other keys of its project are not', async () => {
    const vendor = vendorNamed('weflayr');
    const sender = await newSender(server);
    const made = await server.post<{ id: string; secret: string }>('/keys', { name: 'slow' }, sender.key);
    const slow = { ...sender, key: made.secret };
    const send = (who: Sender, id: string) => post(server, vendor, who, vendor.event(who, { id: JSON.stringify(id) }));
    const path = `/keys/${made.id}/limits`;
    const set = await ask('PUT', path, sender.key, { requestsPerSecond: 1 });
    expect([set.status, set.body.own, set.body.effective.requestBurst]).toEqual([200, { requestsPerSecond: 1 }, 1]);
    const answers = await Promise.all(Array.from({ length: 15 }, (_, i) => send(slow, `at once ${i}`)));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectLimited(answer, 'weflayr');
    expect(refused.length).toBeLessThan(15);
    for (const id of ['3', '4', '5']) expectAccepted(vendor, await send(sender, id));
    expect((await ask('DELETE', path, sender.key)).body.own).toEqual({});
    expectAccepted(vendor, await send(slow, '6'));
    expectAccepted(vendor, await send(slow, '7'));
  });

  it('is one of the own project, and gets no more than it', async () => {
    const [sender, other] = [await newSender(server), await newSender(server)];
    const { data } = await server.get<{ data: { id: string }[] }>('/keys', sender.key);
    const path = `/keys/${data[0]?.id}/limits`;
    await ask('PUT', '/limits', sender.key, { requestsPerSecond: 10 });
    expect((await ask('PUT', path, sender.key, { requestsPerSecond: 11 })).body.error).toMatchObject({
      code: 'invalid-event',
      path: 'requestsPerSecond',
    });
    expect((await ask('PUT', path, sender.key, { requestsPerSecond: 10 })).status).toBe(200);
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await ask(method, path, other.key, method === 'PUT' ? {} : undefined)).status).toBe(404);
    expect((await ask('GET', path, sender.key)).body.effective.requestsPerSecond).toBe(10);
  });
});

describe('who may set what', () => {
  it('an admin sets less for the own project, an operator more for any', async () => {
    const sender = await newSender(server);
    const more = { requestsPerSecond: requestsPerSecondDefault * 2 };
    expect((await ask('PUT', '/limits', sender.key, more)).body.error).toMatchObject({
      code: 'scope-missing',
      path: 'requestsPerSecond',
    });
    expect((await operator('PUT', sender.projectId, more)).body.effective).toMatchObject(more);
    expect((await ask('PUT', '/limits', sender.key, more)).status).toBe(200);
    // What the operator lowers holds, whatever the project has set.
    expect((await operator('PUT', sender.projectId, { requestsPerSecond: 5 })).status).toBe(200);
    const seen = (await ask('GET', '/limits', sender.key)).body;
    expect([seen.effective.requestsPerSecond, seen.ceiling.requestsPerSecond, seen.own]).toEqual([5, 5, more]);
    expect((await ask('PUT', '/limits', sender.key, { requestsPerSecond: 6 })).status).toBe(403);
    await ask('DELETE', '/limits', sender.key);
    expect((await ask('GET', '/limits', sender.key)).body.effective.requestsPerSecond).toBe(5);
    await operator('DELETE', sender.projectId);
    expect((await ask('GET', '/limits', sender.key)).body.effective.requestsPerSecond).toBe(requestsPerSecondDefault);
  });

  it('nobody sets another project’s, nor with a key that only sends or reads', async () => {
    const [sender, other] = [await newSender(server), await newSender(server)];
    const { secret } = await server.post<{ secret: string }>('/keys', { name: 'plain' }, sender.key);
    expect((await ask('GET', '/limits', secret)).status).toBe(200);
    for (const method of ['PUT', 'DELETE']) {
      expect((await ask(method, '/limits', secret, {})).status).toBe(403);
      expect((await ask(method, `/limits?project=${other.projectId}`, sender.key, {})).status).toBe(404);
    }
  });

  it.each([
    [{ requestsPerSecond: 0 }, 'requestsPerSecond'],
    [{ requestsPerSecond: 1.5 }, 'requestsPerSecond'],
    [{ requestsPerSecond: '5' }, 'requestsPerSecond'],
    [{ requestsInFlight: 2 ** 41 }, 'requestsInFlight'],
    [{ bodyBytes: bodyBytesMax + 1 }, 'bodyBytes'],
    [{ eventsPerRequest: eventsPerRequestMax + 1 }, 'eventsPerRequest'],
    [{ unknown: 5 }, 'unknown'],
  ])('refuses %j, of everybody', async (body, path) => {
    const { status, body: answer } = await ask('PUT', '/limits', server.key, body);
    expect([status, answer.error?.code, answer.error?.path]).toEqual([400, 'invalid-event', path]);
  });
});

it('by default let 500 requests at once through', async () => {
  const vendor = vendorNamed('weflayr');
  const sender = await newSender(server);
  const bodies = Array.from({ length: 500 }, (_, i) => vendor.event(sender, { id: `"e${i}"` }));
  const answers = await Promise.all(bodies.map((body) => post(server, vendor, sender, body)));
  for (const answer of answers) expectAccepted(vendor, answer);
});
