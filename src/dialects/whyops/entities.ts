/** Agents and their versions, which WhyOps calls entities (`protocols/whyops.md` 5.2). */

import { asObject, field } from '../../canonical/json.ts';
import { isoFromMicros } from '../../canonical/time.ts';
import type { Agent, AgentVersion, Directory, IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import type { Condition, Reader, Tally } from '../reader.ts';
import { allGroups, intParam, is, listParam, pageParams, pagination, textParam } from './ask.ts';
import { failed } from './reply.ts';
import { parsed } from './threads.ts';

const DAY_MICROS = 86_400_000_000;
const PERIOD_DAYS = { min: 1, max: 3650, fallback: 7 };

export async function listEntities({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const page = pageParams(head.query);
  const include = listParam(head.query, 'include');
  await directory.settled();
  const agents = await directory.listAgents();
  const shown = agents.slice(page.offset, page.offset + page.count);
  const [tallies, rates] = await Promise.all([tallyAgents(shown, reader), directory.samplingRates()]);
  const items = await Promise.all(
    shown.map(async (agent) => {
      const rate = rates.get(agent.name) ?? 1;
      const latest = await latestVersion(agent, directory);
      return {
        ...agentReply(agent, tallies.get(agent.name)),
        latestVersion: latest === undefined ? null : versionItem(latest, rate, include),
      };
    }),
  );
  return { status: 200, body: { success: true, agents: items, pagination: pagination(page, agents.length) } };
}

export async function getEntity({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const { query } = head;
  await directory.settled();
  const agent = await agentById(head.params.id, directory);
  if (agent === undefined) return AGENT_MISSING;
  const externalUserId = textParam(query, 'externalUserId');
  const where = [is('agentName', agent.name), ...(externalUserId === undefined ? [] : [is('userId', externalUserId)])];
  const days = (name: string) => intParam(query, name, PERIOD_DAYS);
  const [tallies, successes, counts, versions, rates] = await Promise.all([
    tallyAgents([agent], reader),
    byDay(reader, where, days('successRatePeriod')),
    byDay(reader, where, days('traceCountPeriod')),
    directory.listAgentVersions(agent.name),
    directory.samplingRates(),
  ]);
  const include = listParam(query, 'include');
  const rate = rates.get(agent.name) ?? 1;
  return {
    status: 200,
    body: {
      success: true,
      ...agentReply(agent, tallies.get(agent.name)),
      successPercentage: Object.fromEntries(successes.map(([day, tally]) => [day, successPercentage(tally)])),
      traceCounts: Object.fromEntries(counts.map(([day, { traces }]) => [day, traces])),
      versions: newestFirst(versions).map((version) => versionItem(version, rate, include)),
    },
  };
}

export async function listVersionIds({ head }: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  await directory.settled();
  const agent = await agentById(head.params.id, directory);
  if (agent === undefined) return AGENT_MISSING;
  const versions = newestFirst(await directory.listAgentVersions(agent.name));
  return {
    status: 200,
    body: {
      success: true,
      agentId: agent.id,
      versionIds: versions.map(({ id }) => id),
      versions: versions.map(({ id, name, createdAt }) => ({ id, hash: name, createdAt, updatedAt: createdAt })),
    },
  };
}

export async function getVersion({ head }: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  await directory.settled();
  for (const agent of await directory.listAgents()) {
    const versions = await directory.listAgentVersions(agent.name);
    const version = versions.find(({ id }) => id === head.params.versionId);
    if (version === undefined) continue;
    const rate = (await directory.samplingRates()).get(agent.name) ?? 1;
    const metadata = asObject(parsed(version.content));
    return {
      status: 200,
      body: {
        success: true,
        version: {
          agentId: agent.id,
          ...versionItem(version, rate, new Set(['metadata'])),
          name: agent.name,
          systemPrompt: field(metadata, 'systemPrompt') ?? null,
          tools: field(metadata, 'tools') ?? null,
        },
      },
    };
  }
  return failed({ code: 'not-found', message: 'Version not found' });
}

export const AGENT_MISSING: Reply = failed({ code: 'not-found', message: 'Agent not found' });

export async function agentById(id: string | undefined, directory: Directory): Promise<Agent | undefined> {
  return (await directory.listAgents()).find((agent) => agent.id === id);
}

/** The one that was registered last, also when it is an old one that came back. */
export async function latestVersion(agent: Agent, directory: Directory): Promise<AgentVersion | undefined> {
  const current = directory.currentAgentVersion(agent.name);
  return current === undefined ? undefined : directory.getAgentVersion(agent.name, current);
}

async function tallyAgents(agents: readonly Agent[], reader: Reader): Promise<ReadonlyMap<string, Tally>> {
  if (agents.length === 0) return new Map();
  const where = is('agentName', ...agents.map(({ name }) => name));
  const groups = await allGroups(reader, { where, by: ['agentName'] }, agents.length);
  return new Map(groups.flatMap((tally) => (tally.group[0] ? [[tally.group[0], tally] as const] : [])));
}

/** Of the vendor's columns those that mean something here: nothing is capped, and the key is the scope. */
function agentReply(agent: Agent, tally: Tally | undefined) {
  return {
    id: agent.id,
    userId: null,
    projectId: null,
    environmentId: null,
    name: agent.name,
    maxTraces: null,
    maxSpans: null,
    traceCount: tally?.traces ?? 0,
    successPercentage: tally === undefined ? 0 : successPercentage(tally),
    lastActive: tally?.lastSeen ?? null,
    createdAt: agent.createdAt,
    updatedAt: agent.createdAt,
  };
}

function versionItem(
  { id, name, createdAt, content }: AgentVersion,
  samplingRate: number,
  include: ReadonlySet<string>,
) {
  return {
    id,
    hash: name,
    ...(include.has('metadata') ? { metadata: parsed(content) } : {}),
    samplingRate,
    createdAt,
    updatedAt: createdAt,
  };
}

function newestFirst(versions: readonly AgentVersion[]): AgentVersion[] {
  return [...versions].sort((a, b) => b.number - a.number);
}

/** The share of what did not fail, in percent with two decimals. */
export function successPercentage({ count, errors }: Pick<Tally, 'count' | 'errors'>): number {
  return count === 0 ? 0 : Math.round(((count - errors) / count) * 10_000) / 100;
}

/** Days in UTC that something happened on, today's and the ones before. */
export async function byDay(
  reader: Reader,
  where: readonly Condition[],
  days: number,
): Promise<[day: string, tally: Tally][]> {
  const today = Math.floor(reader.now() / DAY_MICROS) * DAY_MICROS;
  const from = today - (days - 1) * DAY_MICROS;
  const groups = await allGroups(
    reader,
    {
      where: { all: [...where, { field: 'start', op: 'gte', value: from }] },
      by: ['time'],
      interval: { unit: 'day', timeZone: 'UTC' },
      orderBy: { field: 'firstSeen', direction: 'asc' },
    },
    days + 1,
  );
  return groups.flatMap((tally) => (tally.group[0] ? [[tally.group[0].slice(0, 10), tally]] : []));
}

/** The last `days` days, without gaps. */
export function daysUntil(now: number, days: number): string[] {
  return Array.from({ length: days }, (_, i) => isoFromMicros(now - (days - 1 - i) * DAY_MICROS).slice(0, 10));
}
