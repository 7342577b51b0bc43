import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import type { Agent, AgentVersion, Directory, NewAgentVersion, Person, Reply, RouteContext } from '../dialect.ts';
import { operations } from './resources.ts';

const CREATED_AT = '2026-01-15T09:30:00.000Z';

/** All that the operations ask for. */
type Used = Pick<
  Directory,
  | 'ensureFingerprint'
  | 'hasFingerprint'
  | 'ensurePerson'
  | 'getPerson'
  | 'updatePerson'
  | 'ensureAgent'
  | 'getAgent'
  | 'ensureAgentVersion'
  | 'getAgentVersion'
  | 'settled'
>;

/** What `settled` brings in stands for events that are accepted and not yet loaded. */
class MemoryDirectory implements Used {
  readonly fingerprints = new Map<string, string>();
  readonly people = new Map<string, Omit<Person, 'created'>>();
  readonly agents = new Map<string, Omit<Agent, 'created'>>();
  readonly versions = new Map<string, Omit<AgentVersion, 'created'>>();
  waited = 0;
  pending: (() => Promise<unknown>)[] = [];

  async ensureFingerprint(contentHash: string, content: string) {
    this.fingerprints.set(contentHash, content);
    return { id: `fp-${contentHash.slice(0, 8)}` };
  }

  async hasFingerprint(id: string) {
    return [...this.fingerprints.keys()].some((hash) => id === `fp-${hash.slice(0, 8)}`);
  }

  async ensurePerson(id: string, properties?: JsonObject) {
    const existing = this.people.get(id);
    const person = existing ?? { id, properties: properties ?? null, createdAt: CREATED_AT };
    this.people.set(id, person);
    return { ...person, created: existing === undefined };
  }

  async getPerson(id: string) {
    const person = this.people.get(id);
    return person === undefined ? undefined : { ...person, created: false };
  }

  async updatePerson(id: string, properties: JsonObject) {
    const person = this.people.get(id);
    if (person === undefined) return undefined;
    const updated = { ...person, properties };
    this.people.set(id, updated);
    return { ...updated, created: false };
  }

  async ensureAgent(name: string, description?: string) {
    const existing = this.agents.get(name);
    const agent = existing ?? numbered(name, description, this.agents.size + 1);
    this.agents.set(name, agent);
    return { ...agent, created: existing === undefined };
  }

  async getAgent(name: string) {
    const agent = this.agents.get(name);
    return agent === undefined ? undefined : { ...agent, created: false };
  }

  async ensureAgentVersion(agentName: string, { name, description, content }: NewAgentVersion) {
    if (!this.agents.has(agentName)) return undefined;
    const key = JSON.stringify([agentName, name]);
    const existing = this.versions.get(key);
    const version = existing ?? { ...numbered(name, description, this.versions.size + 1), content: content ?? null };
    this.versions.set(key, version);
    return { ...version, created: existing === undefined };
  }

  async getAgentVersion(agentName: string, versionName: string) {
    const version = this.versions.get(JSON.stringify([agentName, versionName]));
    return version === undefined ? undefined : { ...version, created: false };
  }

  async settled() {
    this.waited += 1;
    for (const load of this.pending.splice(0)) await load();
  }
}

function numbered(name: string, description: string | undefined, number: number) {
  return { id: name, name, description: description ?? null, number, createdAt: CREATED_AT, deprecatedAt: null };
}

function call(directory: Used, id: string, params: Record<string, string>, body: JsonValue | ''): Promise<Reply> {
  const operation = operations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  const head = { method: operation.methods[0] ?? 'GET', params, query: new URLSearchParams(), headers: {} };
  const text = body === '' ? '' : JSON.stringify(body);
  // Operations ask the directory alone, and only for what `Used` has.
  return operation.handle({ head, text, receivedAt: 0 }, { directory } as RouteContext);
}

const PYTHON = { language: 'python', language_version: '3.11.4', system: 'linux' };

test('equal fingerprints get one id; order of keys and nulls make no difference', async () => {
  const directory = new MemoryDirectory();
  const id = async (body: JsonValue) => (await call(directory, 'fingerprints.create', {}, body)).body;
  const first = await id({ ...PYTHON, git_branch: null, all_packages: { b: '2', a: '1' } });
  expect(await id({ all_packages: { a: '1', b: '2' }, ...PYTHON })).toEqual(first);
  expect(await id({ ...PYTHON, all_packages: { a: '1', b: '3' } })).not.toEqual(first);
  expect(directory.fingerprints.size).toBe(2);
  expect([...directory.fingerprints.values()][0]).toBe(
    '{"all_packages":{"a":"1","b":"2"},"language":"python","language_version":"3.11.4","system":"linux"}',
  );
});

test('a fingerprint may have a git date that is not ISO and packages without a version', async () => {
  const body = { ...PYTHON, git_commit_date: '2026-01-15 09:30:00 +0000', all_packages: { odd: null } };
  expect((await call(new MemoryDirectory(), 'fingerprints.create', {}, body)).status).toBe(200);
});

test('people: create, get, update', async () => {
  const directory = new MemoryDirectory();
  const created = await call(directory, 'people.create', {}, { person_id: 'ada', properties: { plan: 'pro' } });
  const ada = { person_id: 'ada', properties: { plan: 'pro' }, created_at: CREATED_AT };
  expect(created).toEqual({ status: 200, body: ada });
  expect((await call(directory, 'people.get', { personId: 'ada' }, '')).body).toEqual(ada);
  const updated = await call(directory, 'people.update', { personId: 'ada' }, { properties: { seats: 4 } });
  expect(updated.body).toEqual({ ...ada, properties: { seats: 4 } });
});

test('creating a person again changes nothing', async () => {
  const directory = new MemoryDirectory();
  await call(directory, 'people.create', {}, { person_id: 'ada', properties: { plan: 'pro' } });
  for (const properties of [undefined, null, { plan: 'free' }, {}])
    expect(
      (
        await call(
          directory,
          'people.create',
          {},
          properties === undefined ? { person_id: 'ada' } : { person_id: 'ada', properties },
        )
      ).body,
    ).toMatchObject({ properties: { plan: 'pro' } });
});

test('a person without properties gets them from the first create that has some', async () => {
  const directory = new MemoryDirectory();
  await directory.ensurePerson('ada');
  expect((await call(directory, 'people.create', {}, { person_id: 'ada', properties: null })).body).toMatchObject({
    properties: null,
  });
  const reply = await call(directory, 'people.create', {}, { person_id: 'ada', properties: { plan: 'pro' } });
  expect(reply.body).toMatchObject({ properties: { plan: 'pro' } });
});

test('agents and versions: create, create again, get', async () => {
  const directory = new MemoryDirectory();
  const agent = {
    agent_name: 'a / ü',
    description: 'd',
    agent_number: 1,
    created_at: CREATED_AT,
    deprecated_at: null,
  };
  expect((await call(directory, 'agents.create', {}, { agent_name: 'a / ü', description: 'd' })).body).toEqual(agent);
  expect((await call(directory, 'agents.create', {}, { agent_name: 'a / ü', description: null })).body).toEqual(agent);
  expect((await call(directory, 'agents.get', { agentName: 'a / ü' }, '')).body).toEqual(agent);
  const params = { agentName: 'a / ü', versionName: 'v1' };
  const version = {
    agent_version_name: 'v1',
    description: null,
    agent_version_number: 1,
    created_at: CREATED_AT,
    deprecated_at: null,
  };
  expect((await call(directory, 'agent-versions.create', params, { agent_version_name: 'v1' })).body).toEqual(version);
  expect((await call(directory, 'agent-versions.get', params, '')).body).toEqual(version);
});

test('what does not exist is 404 with the documented type', async () => {
  const directory = new MemoryDirectory();
  await directory.ensureAgent('here');
  const type = async (...args: [string, Record<string, string>, JsonValue | '']) => {
    const reply = await call(directory, ...args);
    expect(reply.status).toBe(404);
    return reply.body;
  };
  expect(await type('people.get', { personId: 'x' }, '')).toMatchObject({ type: 'person-not-found' });
  expect(await type('people.update', { personId: 'x' }, { properties: {} })).toMatchObject({
    type: 'person-not-found',
  });
  expect(await type('agents.get', { agentName: 'x' }, '')).toMatchObject({ type: 'agent-not-found' });
  const version = { agent_version_name: 'v1' };
  expect(await type('agent-versions.create', { agentName: 'x' }, version)).toMatchObject({ type: 'agent-not-found' });
  expect(await type('agent-versions.get', { agentName: 'x', versionName: 'v' }, '')).toMatchObject({
    detail: { type: 'agent-not-found' },
  });
  expect(await type('agent-versions.get', { agentName: 'here', versionName: 'v' }, '')).toMatchObject({
    detail: { type: 'agent-version-not-found' },
  });
});

test('what an accepted event creates is found, and nobody waits who need not', async () => {
  const directory = new MemoryDirectory();
  directory.pending = [() => directory.ensureAgent('fresh'), () => directory.ensurePerson('ada')];
  const made = await call(directory, 'agent-versions.create', { agentName: 'fresh' }, { agent_version_name: 'v1' });
  expect(made.status).toBe(200);
  expect(directory.waited).toBe(1);
  for (const [id, params] of [
    ['agents.get', { agentName: 'fresh' }],
    ['people.get', { personId: 'ada' }],
  ] as const)
    expect((await call(directory, id, params, '')).status).toBe(200);
  expect(directory.waited).toBe(1);
});

test.each([
  ['fingerprints.create', {}, ['language', 'language_version', 'system']],
  [
    'fingerprints.create',
    { ...PYTHON, system: '', git_branch: 1, all_packages: [] },
    ['system', 'git_branch', 'all_packages'],
  ],
  ['people.create', { properties: 'x' }, ['person_id', 'properties']],
  ['people.create', { person_id: 'x'.repeat(256) }, ['person_id']],
  ['people.update', {}, ['properties']],
  ['people.update', { properties: null }, ['properties']],
  ['agents.create', { description: 1 }, ['agent_name', 'description']],
  ['agent-versions.create', { agent_version_name: '' }, ['agent_version_name']],
  ['agents.create', [], ['']],
] as [string, JsonValue, string[]][])('%s refuses %j', async (id, body, paths) => {
  const reply = await call(new MemoryDirectory(), id, { agentName: 'a', personId: 'p' }, body);
  expect(reply.status).toBe(422);
  expect(reply.body).toMatchObject({ type: 'validation-error', errors: paths.map((path) => ({ path })) });
});

test('a body that is no JSON is 400', async () => {
  const reply = await call(new MemoryDirectory(), 'agents.create', {}, '');
  expect(reply).toMatchObject({ status: 400, body: { type: 'malformed-json' } });
});

test('people cannot be deleted', async () => {
  expect(await call(new MemoryDirectory(), 'people.delete', { personId: 'ada' }, '')).toMatchObject({
    status: 405,
    headers: { allow: 'GET, PUT' },
    body: { type: 'method-not-allowed' },
  });
});
