/**
 * `GET /api/entities/:id/user-distribution`: what each end user took of an agent (`protocols/whyops.md` 5.2). A thread is
 * its first user's, with all its events: model calls seldom name one.
 */

import type { IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import type { Condition, Reader, Tally } from '../reader.ts';
import { allGroups, is, pageParams, pagination, tallyOf } from './ask.ts';
import { AGENT_MISSING, agentById } from './entities.ts';
import { costOf } from './thread-owner.ts';

/** Threads of the users of one page; of more than these the latest count. */
const THREADS_MAX = 20_000;
const TRACES_PER_QUESTION = 1000;
const HAS_USER: Condition = { not: { field: 'userId', in: [''] } };

export async function userDistribution({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  await directory.settled();
  const agent = await agentById(head.params.id, directory);
  if (agent === undefined) return AGENT_MISSING;
  const page = pageParams(head.query);
  const ofAgent = is('agentName', agent.name);
  const [{ groups, total }, all] = await Promise.all([
    reader.tally({ where: { all: [ofAgent, HAS_USER] }, by: ['userId'], limit: page.count, offset: page.offset }),
    tallyOf(reader, ofAgent),
  ]);
  const userIds = groups.flatMap(({ group: [userId] }) => userId ?? []);
  const threads = await threadsOf(userIds, ofAgent, reader);
  const totals = {
    totalTraces: all?.traces ?? 0,
    totalCost: all?.costUsd ?? null,
    totalTokens: all?.totalTokens ?? 0,
    totalErrors: all?.errors ?? 0,
    uniqueUsers: total,
  };
  const users = groups.flatMap(({ group: [userId], lastSeen }) =>
    userId ? [{ ...userItem(userId, threads.get(userId) ?? []), lastActiveAt: lastSeen }] : [],
  );
  return { status: 200, body: { success: true, users, totals, pagination: pagination(page, total) } };
}

function userItem(externalUserId: string, threads: readonly Tally[]) {
  const sum = (read: (thread: Tally) => number) => threads.reduce((total, thread) => total + read(thread), 0);
  return {
    externalUserId,
    traceCount: threads.length,
    totalTokens: sum(({ totalTokens }) => totalTokens),
    totalCost: costOf(threads),
    errorCount: sum(({ errors }) => errors),
  };
}

/** The sums of each user's threads of this agent. */
async function threadsOf(
  userIds: readonly string[],
  ofAgent: Condition,
  reader: Reader,
): Promise<ReadonlyMap<string, readonly Tally[]>> {
  if (userIds.length === 0) return new Map();
  const latest = await allGroups(
    reader,
    { where: { all: [ofAgent, is('userId', ...userIds)] }, by: ['traceId'] },
    THREADS_MAX,
  );
  const traceIds = latest.flatMap(({ group: [traceId] }) => traceId ?? []);
  const byUser = new Map<string, Tally[]>();
  for (let i = 0; i < traceIds.length; i += TRACES_PER_QUESTION) {
    const where = { all: [ofAgent, is('traceId', ...traceIds.slice(i, i + TRACES_PER_QUESTION))] };
    const [owners, sums] = await Promise.all([
      firstUsers({ all: [where, HAS_USER] }, reader),
      allGroups(reader, { where, by: ['traceId'] }, TRACES_PER_QUESTION),
    ]);
    for (const sum of sums) {
      const owner = owners.get(sum.group[0] ?? '');
      if (owner !== undefined) byUser.set(owner, [...(byUser.get(owner) ?? []), sum]);
    }
  }
  return byUser;
}

async function firstUsers(where: Condition, reader: Reader): Promise<ReadonlyMap<string, string>> {
  const orderBy = { field: 'firstSeen', direction: 'asc' } as const;
  const groups = await allGroups(reader, { where, by: ['traceId', 'userId'], orderBy }, THREADS_MAX);
  const owners = new Map<string, string>();
  for (const { group } of groups) {
    const [traceId, userId] = group;
    if (traceId && userId && !owners.has(traceId)) owners.set(traceId, userId);
  }
  return owners;
}
