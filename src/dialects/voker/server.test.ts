/** Voker's routes over HTTP, against the built program: what only a whole server shows. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from '../../../test/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Project {
  readonly key: string;
  readonly fingerprint: string;
}

async function newProject(name: string): Promise<Project> {
  const { key } = await server.createProject(name);
  const body = { language: 'node', language_version: '20', system: 'linux' };
  const { fingerprint_id } = await call<{ fingerprint_id: string }>({ key }, 'PUT', 'fingerprints', body);
  return { key, fingerprint: fingerprint_id };
}

async function call<T>(
  { key }: { key: string },
  method: string,
  path: string,
  body?: unknown,
  headers = {},
): Promise<T> {
  const response = await fetch(`${server.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

function send(project: Project, event: object, headers = {}): Promise<{ id: string }> {
  const body = { event_name: 'llm', fingerprint_id: project.fingerprint, properties: {}, ...event };
  return call(project, 'POST', 'events', body, headers);
}

it('gives agents and versions numbers without gaps, however many are named for the first time at once', async () => {
  const project = await newProject('numbers');
  const names = Array.from({ length: 20 }, (_, i) => `agent ${i}`);
  // Each name comes up several times, in events and in creates.
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const agent = names[i % names.length] ?? '';
      await send(project, { agent, agent_version: `v${i % 2}`, person: `p${i % 5}` });
      if (i % 7 === 0) await call(project, 'PUT', 'agents', { agent_name: agent });
    }),
  );
  await server.settle();
  const agents = await Promise.all(
    names.map((name) => call<{ agent_number: number }>(project, 'GET', `agents/${encodeURIComponent(name)}`)),
  );
  expect(agents.map((agent) => agent.agent_number).sort((a, b) => a - b)).toEqual(names.map((_, i) => i + 1));
  for (const [i, name] of names.entries()) {
    const version = `agents/${encodeURIComponent(name)}/agent-versions/v${i % 2}`;
    expect(await call(project, 'GET', version)).toMatchObject({ agent_version_number: 1 });
  }
  // All versions of one agent, first named at once.
  await Promise.all(Array.from({ length: 50 }, (_, i) => send(project, { agent: 'one', agent_version: `w${i % 20}` })));
  await server.settle();
  const versions = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      call<{ agent_version_number: number }>(project, 'GET', `agents/one/agent-versions/w${i}`),
    ),
  );
  expect(versions.map((version) => version.agent_version_number).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  expect(await call(project, 'GET', 'agents/one')).toMatchObject({ agent_number: 21 });
});

it('stores an event with an Idempotency-Key once, and answers with the first id', async () => {
  const project = await newProject('idempotency');
  const key = { 'idempotency-key': 'order-7' };
  const first = await send(project, { session: 'first' }, key);
  const again = await Promise.all(Array.from({ length: 10 }, (_, i) => send(project, { session: `again ${i}` }, key)));
  await server.settle();
  const later = await send(project, { session: 'later' }, key);
  expect([...again, later].map(({ id }) => id)).toEqual(Array.from({ length: 11 }, () => first.id));
  await server.settle();
  const events = await server.all<{ eventId: string; payload: { session: string } }>('/events', project.key);
  expect(events.map(({ eventId, payload }) => [eventId, payload.session])).toEqual([[first.id, 'first']]);
  const other = await newProject('idempotency elsewhere');
  await send(other, {}, key);
  await server.settle();
  expect(await server.all('/events', other.key)).toHaveLength(1);
});

it('reads a session back as a conversation in order, to who may read', async () => {
  const project = await newProject('sessions');
  const user = (content: string) => ({ role: 'user', content });
  const assistant = (content: string) => ({ role: 'assistant', content });
  const exchange = (messages: object[], answer: string, session = 's/1') =>
    send(project, {
      session,
      properties: { inputs: { model: 'm', messages }, output: { choices: [{ message: assistant(answer) }] } },
    });
  const first = await exchange([user('hi')], 'Hello');
  const second = await exchange([user('hi'), assistant('Hello'), user('bye')], 'Bye');
  await exchange([user('somebody else')], 'Yes', 's2');
  // Without waiting: what was accepted is in the answer.
  const session = await call<{ messages: { role: string; text: string; event_id: string }[] }>(
    project,
    'GET',
    'sessions/s%2F1/messages',
  );
  expect(session).toMatchObject({ session_id: 's/1', events: 2, has_more: false });
  expect(session.messages.map(({ role, text, event_id }) => [role, text, event_id])).toEqual([
    ['user', 'hi', first.id],
    ['assistant', 'Hello', first.id],
    ['user', 'bye', second.id],
    ['assistant', 'Bye', second.id],
  ]);
  expect(await call(project, 'GET', 'sessions/unknown/messages')).toMatchObject({ type: 'session-not-found' });
  const { secret } = await server.post<{ secret: string }>(
    '/keys',
    { name: 'sender', scopes: ['ingest'] },
    project.key,
  );
  expect(await call({ key: secret }, 'GET', 'sessions/s%2F1/messages')).toMatchObject({ type: 'forbidden' });
});
