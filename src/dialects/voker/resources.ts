/**
 * The things that exist apart from events: fingerprints, people, agents and their versions (`protocols/voker.md` 6).
 * Creating something that exists gives the existing one. Times are ISO-8601, as the registry writes them.
 */

import { asObject, asText, field, type JsonObject } from '../../canonical/json.ts';
import type { Fault, Outcome } from '../../canonical/outcome.ts';
import type {
  Agent,
  AgentVersion,
  Directory,
  IntakeRequest,
  Person,
  Reply,
  ResourceRoute,
  RouteContext,
} from '../dialect.ts';
import {
  checked,
  environmentCharsMax,
  optionalObject,
  optionalText,
  readObject,
  requiredObject,
  requiredText,
} from './body.ts';
import { canonicalJson, sha256Hex } from './canonical-json.ts';
import { notFound } from './missing.ts';
import { refused } from './reply.ts';

export interface Operation {
  /** Below `voker.`. */
  readonly id: string;
  /** The documented method first; the others are aliases. */
  readonly methods: readonly ResourceRoute['method'][];
  /** Below `/api/v1`. */
  readonly path: string;
  /** `ingest` unless said otherwise: the vendor has one key for everything, so the key that sends events also reads. */
  readonly scope?: ResourceRoute['scope'];
  readonly handle: ResourceRoute['handle'];
}

const ENVIRONMENT_REQUIRED = ['language', 'language_version', 'system'] as const;
const ENVIRONMENT_OPTIONAL = [
  'openai_sdk_version',
  'anthropic_sdk_version',
  'gemini_sdk_version',
  'voker_sdk_version',
  'git_repository_url',
  'git_branch',
  'git_commit_hash',
  'git_commit_date',
] as const;

const AGENT_MISSING = notFound('agent-not-found', 'agent_name', 'The project has no agent with this name');
const PERSON_MISSING = notFound('person-not-found', 'person_id', 'The project has no person with this id');
const VERSION_MISSING = notFound(
  'agent-version-not-found',
  'agent_version_name',
  'The agent has no version with this name',
);
const PEOPLE_STAY: Fault = { code: 'method-not-allowed', message: 'People can be read and updated, not deleted' };

/** Equal content gives the same fingerprint, so that restarts add nothing. Ids stay valid for ever (section 8). */
async function createFingerprint(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const body = readBody(request, (value) => [
    ...ENVIRONMENT_REQUIRED.map((name) => requiredText(value, name, environmentCharsMax)),
    ...ENVIRONMENT_OPTIONAL.map((name) => optionalText(value, name, environmentCharsMax)),
    optionalObject(value, 'all_packages'),
  ]);
  if (!body.ok) return refused(body.fault);
  const said = Object.entries(body.value).filter(([, value]) => value !== null);
  const content = canonicalJson(Object.fromEntries(said));
  const { id } = await directory.ensureFingerprint(sha256Hex(content), content);
  return { status: 200, body: { fingerprint_id: id } };
}

async function createPerson(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const body = readBody(request, (value) => [requiredText(value, 'person_id'), optionalObject(value, 'properties')]);
  if (!body.ok) return refused(body.fault);
  const id = asText(field(body.value, 'person_id')) ?? '';
  const properties = asObject(field(body.value, 'properties'));
  const person = await directory.ensurePerson(id, properties);
  return personReply((await describeUndescribed(person, properties, directory)) ?? person);
}

/**
 * Create is not update (section 6.2). But a person whom an event mentioned first has no properties yet, and whether
 * the event or the create came first must not decide whether they are kept.
 */
async function describeUndescribed(person: Person, properties: JsonObject | undefined, directory: Directory) {
  if (person.created || person.properties !== null || properties === undefined) return undefined;
  return directory.updatePerson(person.id, properties);
}

async function getPerson(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const person = await whenLoaded(directory, () => directory.getPerson(param(request, 'personId')));
  return person === undefined ? refused(PERSON_MISSING) : personReply(person);
}

/** Replaces the whole properties object (section 6.2). */
async function updatePerson(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const body = readBody(request, (value) => [requiredObject(value, 'properties')]);
  if (!body.ok) return refused(body.fault);
  const properties = asObject(field(body.value, 'properties')) ?? {};
  const person = await whenLoaded(directory, () => directory.updatePerson(param(request, 'personId'), properties));
  return person === undefined ? refused(PERSON_MISSING) : personReply(person);
}

async function createAgent(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const body = readBody(request, (value) => [
    requiredText(value, 'agent_name'),
    optionalText(value, 'description', Number.POSITIVE_INFINITY),
  ]);
  if (!body.ok) return refused(body.fault);
  const name = asText(field(body.value, 'agent_name')) ?? '';
  return agentReply(await directory.ensureAgent(name, asText(field(body.value, 'description'))));
}

async function getAgent(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const agent = await whenLoaded(directory, () => directory.getAgent(param(request, 'agentName')));
  return agent === undefined ? refused(AGENT_MISSING) : agentReply(agent);
}

/** Unlike an event, this does not create the agent (section 6.4). */
async function createAgentVersion(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const body = readBody(request, (value) => [
    requiredText(value, 'agent_version_name'),
    optionalText(value, 'description', Number.POSITIVE_INFINITY),
  ]);
  if (!body.ok) return refused(body.fault);
  const name = asText(field(body.value, 'agent_version_name')) ?? '';
  const description = asText(field(body.value, 'description'));
  const wanted = description === undefined ? { name } : { name, description };
  const version = await whenLoaded(directory, () => directory.ensureAgentVersion(param(request, 'agentName'), wanted));
  return version === undefined ? refused(AGENT_MISSING) : versionReply(version);
}

async function getAgentVersion(request: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  const agentName = param(request, 'agentName');
  const versionName = param(request, 'versionName');
  const version = await whenLoaded(directory, () => directory.getAgentVersion(agentName, versionName));
  if (version !== undefined) return versionReply(version);
  return refused((await directory.getAgent(agentName)) === undefined ? AGENT_MISSING : VERSION_MISSING);
}

export const operations: readonly Operation[] = [
  { id: 'fingerprints.create', methods: ['PUT', 'POST'], path: '/fingerprints', handle: createFingerprint },
  { id: 'people.get', methods: ['GET'], path: '/people/:personId', handle: getPerson },
  { id: 'people.update', methods: ['PUT'], path: '/people/:personId', handle: updatePerson },
  {
    id: 'people.delete',
    methods: ['DELETE'],
    path: '/people/:personId',
    handle: () => Promise.resolve({ ...refused(PEOPLE_STAY), headers: { allow: 'GET, PUT' } }),
  },
  { id: 'people.create', methods: ['PUT', 'POST'], path: '/people', handle: createPerson },
  {
    id: 'agent-versions.get',
    methods: ['GET'],
    path: '/agents/:agentName/agent-versions/:versionName',
    handle: getAgentVersion,
  },
  {
    id: 'agent-versions.create',
    methods: ['PUT', 'POST'],
    path: '/agents/:agentName/agent-versions',
    handle: createAgentVersion,
  },
  { id: 'agents.get', methods: ['GET'], path: '/agents/:agentName', handle: getAgent },
  { id: 'agents.create', methods: ['PUT', 'POST'], path: '/agents', handle: createAgent },
];

function readBody(
  request: IntakeRequest,
  problemsOf: (body: JsonObject) => Parameters<typeof checked>[1][],
): Outcome<JsonObject> {
  const read = readObject(request.text);
  return read.ok ? checked(read.value, ...problemsOf(read.value)) : read;
}

function param(request: IntakeRequest, name: string): string {
  return request.head.params[name] ?? '';
}

/**
 * An event creates what it names when it is loaded, a moment after it was acknowledged. Who finds nothing waits for
 * that and looks again; who finds something does not wait.
 */
async function whenLoaded<T>(directory: Directory, find: () => Promise<T | undefined>): Promise<T | undefined> {
  const found = await find();
  if (found !== undefined) return found;
  await directory.settled();
  return find();
}

function personReply({ id, properties, createdAt }: Person): Reply {
  return { status: 200, body: { person_id: id, properties, created_at: createdAt } };
}

function agentReply({ name, description, number, createdAt, deprecatedAt }: Agent): Reply {
  return {
    status: 200,
    body: {
      agent_name: name,
      description,
      agent_number: number,
      created_at: createdAt,
      deprecated_at: deprecatedAt,
    },
  };
}

function versionReply({ name, description, number, createdAt, deprecatedAt }: AgentVersion): Reply {
  return {
    status: 200,
    body: {
      agent_version_name: name,
      description,
      agent_version_number: number,
      created_at: createdAt,
      deprecated_at: deprecatedAt,
    },
  };
}
