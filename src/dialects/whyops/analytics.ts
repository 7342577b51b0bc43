/**
 * `/api/analytics` (`protocols/whyops.md` 5.4), of the key's project alone. A request is a call of a model; the vendor
 * counts every event as one. Success is the share of spans that did not fail.
 */

import type { IntakeRequest, Reply, RequestHead, RouteContext } from '../dialect.ts';
import type { Condition, Reader, Tally } from '../reader.ts';
import { allGroups, intParam, MODEL_CALLS, periodParams, startedIn, tallyOf, textParam } from './ask.ts';
import { byDay, daysUntil, successPercentage } from './entities.ts';
import { refused } from './reply.ts';

const GROUPS_MAX = 2000;
const DAY_MICROS = 86_400_000_000;
const WEEK_DAYS = 7;
const INTERVALS = ['hour', 'day', 'week'] as const;
const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const AGENTS_MAX = 100;
const AGENTS_DEFAULT = 5;

export function usage({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  return withScope(head, async (where) => {
    await directory.settled();
    const question = { where: { all: [MODEL_CALLS, ...where] }, by: ['provider', 'model'] } as const;
    const groups = await allGroups(reader, question, GROUPS_MAX);
    const stats = groups.map((tally) => ({
      provider: tally.group[0] ?? null,
      model: tally.group[1] ?? null,
      requestCount: tally.count,
      totalTokens: tally.totalTokens,
      avgLatency: latencyMs(tally),
      errorCount: tally.errors,
    }));
    return { stats };
  });
}

export async function timeline({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const unit = INTERVALS.find((name) => name === (textParam(head.query, 'interval') ?? 'day'));
  if (unit === undefined)
    return refused({ code: 'invalid-event', message: `interval must be one of ${INTERVALS.join(', ')}` });
  return withScope(head, async (where) => {
    await directory.settled();
    const groups = await allGroups(
      reader,
      {
        where: { all: [MODEL_CALLS, ...where] },
        by: ['time'],
        interval: { unit, timeZone: 'UTC' },
        orderBy: { field: 'firstSeen', direction: 'asc' },
      },
      GROUPS_MAX,
    );
    return {
      timeline: groups.map(({ group, count, totalTokens }) => ({
        interval: group[0] ?? null,
        requestCount: count,
        totalTokens,
      })),
    };
  });
}

export function summary({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  return withScope(head, async (where) => {
    await directory.settled();
    const [all, calls] = await Promise.all([
      tallyOf(reader, { all: where }),
      tallyOf(reader, { all: [MODEL_CALLS, ...where] }),
    ]);
    return {
      summary: {
        totalRequests: calls?.count ?? 0,
        totalThreads: all?.traces ?? 0,
        totalTokens: calls?.totalTokens ?? 0,
        avgLatency: latencyMs(calls),
        errorCount: all?.errors ?? 0,
      },
    };
  });
}

/** A key has no user, so only the user of the trusted headers is "own"; the vendor answers anybody's (section 8, 1). */
async function withScope(
  { query, headers }: RequestHead,
  answer: (where: Condition[]) => Promise<object>,
): Promise<Reply> {
  const userId = textParam(query, 'userId');
  if (userId !== undefined && userId !== headers['x-user-id']?.trim())
    return refused({ code: 'scope-missing', message: 'Statistics are those of the whole project, not of one account' });
  const period = periodParams(query);
  if (!period.ok) return refused(period.fault);
  const providerId = textParam(query, 'providerId');
  const provided: Condition[] = providerId === undefined ? [] : [{ metadata: 'providerId', equals: providerId }];
  return { status: 200, body: await answer([...startedIn(period.value), ...provided]) };
}

/** The last seven days; the deltas compare them with the seven before, and are 0 when there is nothing to compare. */
export async function dashboard({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const agentCount = intParam(head.query, 'agentCount', { min: 1, max: AGENTS_MAX, fallback: AGENTS_DEFAULT });
  await directory.settled();
  const now = reader.now();
  const [agents, active, week, before, calls, callsBefore, days, byAgent] = await Promise.all([
    directory.listAgents(),
    tallyOf(reader, since(now - DAY_MICROS)),
    tallyOf(reader, since(now - WEEK_DAYS * DAY_MICROS)),
    tallyOf(reader, weekBefore(now)),
    tallyOf(reader, { all: [MODEL_CALLS, since(now - WEEK_DAYS * DAY_MICROS)] }),
    tallyOf(reader, { all: [MODEL_CALLS, weekBefore(now)] }),
    byDay(reader, [], WEEK_DAYS),
    agentsOfWeek(reader, now, agentCount),
  ]);
  const hasBefore = week !== undefined && before !== undefined;
  const hasLatencyBefore = isMeasured(calls) && isMeasured(callsBefore);
  const perDay = new Map(days);
  return {
    status: 200,
    body: {
      totalAgents: agents.length,
      activeTraces: active?.traces ?? 0,
      successRate: rateOf(week),
      avgLatency: spelled(latencyMs(calls)),
      successRateDelta: hasBefore ? Math.round((rateOf(week) - rateOf(before)) * 100) / 100 : 0,
      avgLatencyDeltaMs: hasLatencyBefore ? Math.round(latencyMs(calls) - latencyMs(callsBefore)) : 0,
      timeline: daysUntil(now, WEEK_DAYS).map((day) => ({
        day: DAY_NAMES[new Date(day).getUTCDay()],
        value: perDay.get(day)?.traces ?? 0,
      })),
      agentsUsage: Object.fromEntries(byAgent.map(({ group, traces }) => [group[0] ?? '', traces])),
    },
  };
}

async function agentsOfWeek(reader: Reader, now: number, limit: number): Promise<readonly Tally[]> {
  const where = { all: [since(now - WEEK_DAYS * DAY_MICROS), { not: { field: 'agentName', in: [''] } } as const] };
  const orderBy = { field: 'count', direction: 'desc' } as const;
  return (await reader.tally({ where, by: ['agentName'], orderBy, limit, offset: 0 })).groups;
}

function since(from: number): Condition {
  return { field: 'start', op: 'gte', value: from };
}

function weekBefore(now: number): Condition {
  const end = now - WEEK_DAYS * DAY_MICROS;
  return { all: [since(end - WEEK_DAYS * DAY_MICROS), { field: 'start', op: 'lt', value: end }] };
}

function rateOf(tally: Tally | undefined): number {
  return tally === undefined ? 0 : successPercentage(tally);
}

function isMeasured(tally: Tally | undefined): boolean {
  return (tally?.durationMs ?? null) !== null;
}

/** 0 when nothing was measured, as the vendor has it. */
function latencyMs(tally: Tally | undefined): number {
  return Math.round((tally?.durationMs?.avg ?? 0) * 1000) / 1000;
}

function spelled(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`;
}
