/** Threads, which are traces under their other name (`protocols/whyops.md` 5.3). */

import { asObject, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { type Micros, microsFromIso } from '../../canonical/time.ts';
import type { Directory, IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';
import type { Condition, ReadEvent, Reader } from '../reader.ts';
import { is, listParam, pageParams, pagination, periodParams, startedIn, textParam } from './ask.ts';
import { viewsOf } from './event-view.ts';
import { failed } from './reply.ts';
import { systemPromptOf, toolsOf } from './thread-events.ts';
import { type Entity, entityOf, ownersOf, type ThreadOwner } from './thread-owner.ts';

export async function listThreads({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const { query } = head;
  const period = periodParams(query);
  if (!period.ok) return failed(period.fault);
  const page = pageParams(query);
  await directory.settled();
  const named = await agentCondition(query, directory);
  const externalUserId = textParam(query, 'externalUserId');
  const where: Condition[] = [
    ...startedIn(period.value),
    ...named,
    ...(externalUserId === undefined ? [] : [is('userId', externalUserId)]),
  ];
  const { groups, total } = await reader.tally({
    where: { all: where },
    by: ['traceId'],
    limit: page.count,
    offset: page.offset,
  });
  const traceIds = groups.flatMap(({ group: [traceId] }) => traceId ?? []);
  const ownerOf = await ownersOf(traceIds, reader);
  const include = listParam(query, 'include');
  const threads = await Promise.all(
    traceIds.map((traceId) => threadItem(traceId, ownerOf(traceId), include, { directory, reader })),
  );
  return { status: 200, body: { success: true, threads, pagination: pagination(page, total) } };
}

/** An id that no agent has matches nothing. */
async function agentCondition(query: URLSearchParams, directory: Directory): Promise<Condition[]> {
  const [agentName, agentId] = [textParam(query, 'agentName'), textParam(query, 'agentId')];
  const byName: Condition[] = agentName === undefined ? [] : [is('agentName', agentName)];
  if (agentId === undefined) return byName;
  const names = (await directory.listAgents()).filter(({ id }) => id === agentId).map(({ name }) => name);
  return [...byName, is('agentName', ...names)];
}

async function threadItem(
  traceId: string,
  owner: ThreadOwner,
  include: ReadonlySet<string>,
  { directory, reader }: RouteContext,
) {
  const [entity, { first, last, eventCount }] = await Promise.all([
    entityOf(owner, directory),
    endsOf(traceId, reader),
  ]);
  const [view] = first === undefined ? [] : viewsOf(first);
  const [from, to] = [micros(first), micros(last)];
  return {
    threadId: traceId,
    userId: view?.userId ?? null,
    ...ownerReply(owner, entity),
    providerId: view?.providerId ?? null,
    ...promptReply(include, entity, {
      systemPrompt: view === undefined ? undefined : systemPromptOf(view),
      tools: view === undefined ? undefined : toolsOf(view),
      metadata: view?.metadata,
    }),
    lastActivity: last?.timestamp ?? null,
    lastEventTimestamp: last?.timestamp ?? null,
    firstEventTimestamp: first?.timestamp ?? null,
    eventCount,
    duration: from === undefined || to === undefined ? null : (to - from) / 1000,
  };
}

async function endsOf(traceId: string, reader: Reader) {
  const question = { traceId, limit: 1, offset: 0 };
  const [first, last, toolCalls] = await Promise.all([
    reader.events({ ...question, direction: 'asc' }),
    reader.events({ ...question, direction: 'desc' }),
    reader.events({ ...question, types: ['tool_call'], direction: 'asc' }),
  ]);
  return { first: first.events[0], last: last.events[0], eventCount: first.total + toolCalls.total };
}

function micros(event: ReadEvent | undefined): Micros | undefined {
  return event === undefined ? undefined : microsFromIso(event.timestamp);
}

export function ownerReply(owner: ThreadOwner, { agentId, entityId, entityName }: Entity) {
  return {
    ...(owner.userId === null ? {} : { externalUserId: owner.userId }),
    agentId,
    entityId,
    entityName,
    model: owner.model,
  };
}

interface Prompt {
  readonly systemPrompt: string | undefined;
  readonly tools: JsonValue | undefined;
  readonly metadata: JsonObject | undefined;
}

/** Only what `include` names; what the events leave out is the version's. */
export function promptReply(include: ReadonlySet<string>, { content }: Entity, said: Prompt) {
  const version = asObject(parsed(content));
  return {
    ...(include.has('systemPrompt')
      ? { systemPrompt: said.systemPrompt ?? field(version, 'systemPrompt') ?? null }
      : {}),
    ...(include.has('tools') ? { tools: said.tools ?? field(version, 'tools') ?? null } : {}),
    ...(include.has('metadata') ? { metadata: said.metadata ?? null } : {}),
  };
}

/** The content of a version; null when it has none. */
export function parsed(content: string | null): JsonValue {
  const value = content === null ? undefined : parseJson(content);
  return value?.ok === true ? value.value : null;
}
