/** Models and agents by what they used (`protocols/lunary.md` 3.4), and the values that filters can be set to. */

import { type Outcome, ok } from '../../canonical/outcome.ts';
import { reportRowsMax } from '../../limits.ts';
import type { Condition, Tally } from '../reader.ts';
import { allGroups } from './all-pages.ts';
import { analyticsFilters, between } from './analytics.ts';
import { TYPE_MARK } from './marks.ts';
import { externalIds, usersOf } from './people.ts';
import { instant, textOf } from './query.ts';
import { type Asked, json } from './read-route.ts';
import { traceRoots } from './trace-roots.ts';

/** Traces whose sums are asked at once. */
const TRACES_AT_ONCE = 1000;
const HAS_MODEL: Condition = { not: { field: 'model', in: [''] } };

interface Top {
  readonly name: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cost: number;
}

/** A bare list; dates, `userId` and `name` narrow it. */
export async function topModels(asked: Asked) {
  const time = windowOf(asked.query);
  if (!time.ok) return time;
  const { where } = await analyticsFilters(asked);
  const [user, name] = [textOf(asked.query, 'userId'), textOf(asked.query, 'name')];
  const conditions: Condition[] = [where, HAS_MODEL, ...time.value];
  if (user !== undefined) conditions.push({ field: 'userId', in: await externalIds(asked.directory, user) });
  if (name !== undefined) conditions.push({ field: 'model', in: [name] });
  const groups = await allGroups(asked.reader, { where: { all: conditions }, by: ['model'] }, reportRowsMax);
  return json(sorted(groups.map((tally) => topOf(tally.group[0] ?? '', tally))));
}

/** Each agent or chain that stands at the top, with all that happened below it. */
export async function topAgents(asked: Asked) {
  const [from, to] = [instant(asked.query, 'startDate'), instant(asked.query, 'endDate')];
  if (!from.ok) return from;
  if (!to.ok) return to;
  const { where } = await analyticsFilters(asked);
  const conditions = [where, between(from.value, to.value), await traceRoots(asked.reader)];
  const roots = await allGroups(asked.reader, { where: { all: conditions }, by: ['name', 'traceId'] }, reportRowsMax);
  const namesOf = new Map<string, string[]>();
  for (const {
    group: [name, traceId],
  } of roots)
    if (typeof name === 'string' && typeof traceId === 'string')
      namesOf.set(traceId, [...(namesOf.get(traceId) ?? []), name]);
  const tops = new Map<string, Top>();
  for (const tally of await traceSums(asked, [...namesOf.keys()])) {
    const names = namesOf.get(tally.group[0] ?? '') ?? [];
    for (const name of names) tops.set(name, added(tops.get(name), topOf(name, tally), names.length));
  }
  return json({ data: sorted([...tops.values()]) });
}

async function traceSums({ reader }: Asked, traceIds: readonly string[]): Promise<readonly Tally[]> {
  const sums: Tally[] = [];
  for (let i = 0; i < traceIds.length; i += TRACES_AT_ONCE) {
    const some = traceIds.slice(i, i + TRACES_AT_ONCE);
    sums.push(...(await allGroups(reader, { where: { field: 'traceId', in: some }, by: ['traceId'] }, some.length)));
  }
  return sums;
}

/** Agents that answer the same message share its trace, and the sum. */
function added(sum: Top | undefined, { name, ...one }: Top, shares: number): Top {
  const { promptTokens = 0, completionTokens = 0, totalTokens = 0, cost = 0 } = sum ?? {};
  return {
    name,
    promptTokens: promptTokens + Math.round(one.promptTokens / shares),
    completionTokens: completionTokens + Math.round(one.completionTokens / shares),
    totalTokens: totalTokens + Math.round(one.totalTokens / shares),
    cost: cost + one.cost / shares,
  };
}

function topOf(name: string, { inputTokens, outputTokens, totalTokens, costUsd }: Tally): Top {
  return { name, promptTokens: inputTokens, completionTokens: outputTokens, totalTokens, cost: costUsd ?? 0 };
}

function sorted(tops: readonly Top[]): readonly Top[] {
  return [...tops].sort((a, b) => b.cost - a.cost || b.totalTokens - a.totalTokens || a.name.localeCompare(b.name));
}

function windowOf(query: URLSearchParams): Outcome<readonly Condition[]> {
  if (textOf(query, 'startDate') === undefined && textOf(query, 'endDate') === undefined) return ok([]);
  const from = instant(query, 'startDate');
  if (!from.ok) return from;
  const to = instant(query, 'endDate');
  return to.ok ? ok([between(from.value, to.value)]) : to;
}

/** `GET /v1/filters/models`: names. */
export async function modelNames({ reader }: Asked) {
  return json(await names(reader, HAS_MODEL, 'model'));
}

export async function customEventNames({ reader }: Asked) {
  return json(await names(reader, { metadata: TYPE_MARK, equals: 'custom-event' }, 'name'));
}

async function names(reader: Asked['reader'], where: Condition, by: 'model' | 'name'): Promise<readonly string[]> {
  const groups = await allGroups(reader, { where, by: [by] }, reportRowsMax);
  return groups.flatMap(({ group: [name] }) => name ?? []).sort();
}

/** `GET /v1/filters/users`. */
export async function filterUsers({ reader, directory }: Asked) {
  const where: Condition = { not: { field: 'userId', in: [''] } };
  const groups = await allGroups(reader, { where, by: ['userId'] }, reportRowsMax);
  const ids = groups.flatMap(({ group: [id] }) => id ?? []);
  const users: unknown[] = [];
  for (let i = 0; i < ids.length; i += TRACES_AT_ONCE)
    users.push(...(await usersOf(ids.slice(i, i + TRACES_AT_ONCE), { reader, directory })).values());
  return json(users);
}
