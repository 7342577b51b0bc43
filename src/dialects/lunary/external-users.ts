/** `GET /v1/external-users` and below (`protocols/lunary.md` 3.3). Users are those of runs; the registry knows their props. */

import { type Outcome, ok } from '../../canonical/outcome.ts';
import type { Micros } from '../../canonical/time.ts';
import { reportRowsMax } from '../../limits.ts';
import type { Condition, Tally, TallyQuestion } from '../reader.ts';
import { allGroups } from './all-pages.ts';
import { externalIds, numberOf, peopleWho, userBody, usersOf } from './people.ts';
import { instant, pageOf, textOf, whole } from './query.ts';
import { type Asked, json } from './read-route.ts';
import { typeOfKind } from './types.ts';

const LIMIT_DEFAULT = 100;
const DAY_MICROS = 86_400_000_000;
const HAS_USER: Condition = { not: { field: 'userId', in: [''] } };
const SORT_FIELDS = { createdAt: 'firstSeen', lastSeen: 'lastSeen', cost: 'costUsd' } as const;

export async function listUsers(asked: Asked) {
  const { query, reader, directory } = asked;
  const page = pageOf(query, LIMIT_DEFAULT);
  if (!page.ok) return page;
  const window = windowOf(query);
  if (!window.ok) return window;
  const matching = await searched(asked);
  const orderBy = sorting(query);
  const within = orderBy.field === 'costUsd' ? window.value : [];
  const where: Condition = { all: [HAS_USER, ...matching, ...within] };
  const { limit, offset } = page.value;
  const { groups, total } = await reader.tally({ where, by: ['userId'], orderBy, limit: Math.max(1, limit), offset });
  const shown = limit === 0 ? [] : groups;
  const ids = shown.flatMap(({ group: [id] }) => id ?? []);
  const [users, costs] = await Promise.all([usersOf(ids, { reader, directory }), costsOf(asked, ids, window.value)]);
  const data = ids.map((id) => ({
    ...(users.get(id) ?? userBody(id, undefined, undefined)),
    cost: costs.get(id) ?? 0,
  }));
  return json({ total, page: page.value.page, limit, data });
}

/** Within the ids, and within what the registry knows about the people. */
async function searched({ query, directory }: Asked): Promise<readonly Condition[]> {
  const search = textOf(query, 'search')?.toLowerCase();
  if (search === undefined) return [];
  const isMatch = (value: unknown) => typeof value === 'string' && value.toLowerCase().includes(search);
  const people = await peopleWho(
    directory,
    ({ id, properties }) => isMatch(id) || isMatch(properties?.email) || isMatch(properties?.name),
  );
  return [{ field: 'userId', in: people.map((person) => person.id) }];
}

function sorting(query: URLSearchParams): NonNullable<TallyQuestion['orderBy']> {
  const chosen = textOf(query, 'sortField') ?? '';
  const fields: Readonly<Record<string, (typeof SORT_FIELDS)[keyof typeof SORT_FIELDS]>> = SORT_FIELDS;
  const field = Object.hasOwn(fields, chosen) ? fields[chosen] : undefined;
  if (field === undefined) return { field: 'lastSeen', direction: 'desc' };
  return { field, direction: textOf(query, 'sortDirection')?.toLowerCase() === 'desc' ? 'desc' : 'asc' };
}

/** Cost counts within these days, when they are given. */
function windowOf(query: URLSearchParams): Outcome<readonly Condition[]> {
  const bounds: Condition[] = [];
  for (const [name, op] of [
    ['startDate', 'gte'],
    ['endDate', 'lte'],
  ] as const) {
    if (textOf(query, name) === undefined) continue;
    const time = instant(query, name);
    if (!time.ok) return time;
    bounds.push({ field: 'start', op, value: time.value });
  }
  return ok(bounds);
}

async function costsOf({ reader }: Asked, ids: readonly string[], window: readonly Condition[]) {
  if (ids.length === 0) return new Map<string | null, number>();
  const where: Condition = { all: [{ field: 'userId', in: ids }, ...window] };
  const { groups } = await reader.tally({ where, by: ['userId'], limit: ids.length, offset: 0 });
  return new Map(groups.map((tally) => [tally.group[0] ?? null, tally.costUsd ?? 0]));
}

/** By number or by the user's own id. 204 when nobody has sent anything about such a user. */
export async function getUser({ id, reader, directory }: Asked) {
  const users = await usersOf(await externalIds(directory, id), { reader, directory });
  const known = [...users.values()].find((user) => user.lastSeen !== null);
  return known === undefined ? { ok: true as const, value: { status: 204 } } : json(known);
}

export async function listPropKeys({ directory }: Asked) {
  const keys = new Set<string>();
  await peopleWho(directory, ({ properties }) => {
    for (const key of Object.keys(properties ?? {})) keys.add(key);
    return false;
  });
  return json([...keys].sort());
}

/** Sums of the last days, per user, name and type. */
export async function usersUsage(asked: Asked) {
  const days = whole(asked.query, 'days', 1);
  if (!days.ok) return days;
  const recent = sinceDays(asked.reader.now(), days.value);
  const groups = await usageGroups(asked, { all: [recent, HAS_USER] }, ['userId', ...USAGE_GROUP]);
  return json(
    folded(groups).map(({ group: [userId, kind, name], ...sums }) => ({
      userId: userId === null || userId === undefined ? null : numberOf(userId),
      externalId: userId ?? null,
      name: name ?? null,
      type: typeOfKind(kind ?? null),
      ...sums,
    })),
  );
}

/** `GET /v1/runs/usage`: the same for the project, or for one user, if wanted day by day. */
export async function runsUsage(asked: Asked) {
  const days = whole(asked.query, 'days');
  if (!days.ok) return days;
  const user = textOf(asked.query, 'userId');
  const isDaily = !['0', 'false', undefined].includes(textOf(asked.query, 'daily'));
  const conditions: Condition[] = [sinceDays(asked.reader.now(), days.value)];
  if (user !== undefined) conditions.push({ field: 'userId', in: await externalIds(asked.directory, user) });
  const by = isDaily ? (['time', ...USAGE_GROUP] as const) : USAGE_GROUP;
  const groups = await usageGroups(asked, { all: conditions }, by, isDaily);
  return json(
    folded(groups).map(({ group, ...sums }) => {
      const [kind, name] = group.slice(isDaily ? 1 : 0);
      const date = isDaily ? { date: group[0]?.slice(0, DATE_CHARS) ?? null } : {};
      return { ...date, name: name ?? null, type: typeOfKind(kind ?? null), ...sums };
    }),
  );
}

const DATE_CHARS = 'yyyy-mm-dd'.length;
const USAGE_GROUP = ['kind', 'name', 'status'] as const;

function sinceDays(now: Micros, days: number): Condition {
  return { field: 'start', op: 'gte', value: now - days * DAY_MICROS };
}

/** Messages and custom events use nothing. */
function usageGroups({ reader }: Asked, where: Condition, by: TallyQuestion['by'], isDaily = false) {
  const isRun: Condition = { not: { field: 'kind', in: ['message', 'event'] } };
  const interval = isDaily ? { interval: { unit: 'day', timeZone: 'UTC' } as const } : {};
  return allGroups(reader, { where: { all: [where, isRun] }, by, ...interval }, reportRowsMax);
}

interface UsageRow {
  readonly group: readonly (string | null)[];
  readonly completionTokens: number;
  readonly promptTokens: number;
  readonly cost: number;
  readonly errors: number;
  readonly success: number;
}

/** The last part of a group is the status, of which only two are counted. */
function folded(groups: readonly Tally[]): readonly UsageRow[] {
  const rows = new Map<string, UsageRow>();
  for (const { group, count, inputTokens, outputTokens, costUsd } of groups) {
    const [status, rest] = [group.at(-1), group.slice(0, -1)];
    const key = JSON.stringify(rest);
    const row = rows.get(key) ?? { group: rest, completionTokens: 0, promptTokens: 0, cost: 0, errors: 0, success: 0 };
    rows.set(key, {
      group: rest,
      completionTokens: row.completionTokens + outputTokens,
      promptTokens: row.promptTokens + inputTokens,
      cost: row.cost + (costUsd ?? 0),
      errors: row.errors + (status === 'error' ? count : 0),
      success: row.success + (status === 'ok' ? count : 0),
    });
  }
  return [...rows.values()];
}
