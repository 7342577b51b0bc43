/** `GET /api/threads/:threadId` and its graph (`protocols/whyops.md` 5.3). Numbers come from the trace model's sums. */

import { isoFromMicros } from '../../canonical/time.ts';
import type { IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import type { Reader, Tally } from '../reader.ts';
import { allGroups, intParam, is, listParam, MODEL_CALLS, type Period, periodParams } from './ask.ts';
import type { EventView } from './event-view.ts';
import { failed } from './reply.ts';
import { readThread, type ThreadEvent, withContent } from './thread-events.ts';
import { costOf, entityOf, ownersOf } from './thread-owner.ts';
import { ownerReply, promptReply } from './threads.ts';

const EVENTS_DEFAULT = 200;
const EVENTS_MAX = 1000;
const MODELS_MAX = 1000;

export async function getThread({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const { query } = head;
  const traceId = head.params.threadId ?? '';
  await directory.settled();
  const [thread, calls, ownerOf] = await Promise.all([
    readThread(traceId, reader),
    modelTallies(traceId, reader),
    ownersOf([traceId], reader),
  ]);
  if (thread === undefined) return NOT_FOUND;
  const { events } = thread;
  const limit = intParam(query, 'eventLimit', { min: 1, max: EVENTS_MAX, fallback: EVENTS_DEFAULT });
  const offset = intParam(query, 'eventOffset', { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
  const page = events.slice(offset, offset + limit);
  const eventInclude = listParam(query, 'eventInclude');
  const wantsContent = eventInclude.has('content') || eventInclude.has('metadata');
  const contents = wantsContent ? await withContent(page, traceId, reader) : new Map<string, EventView>();
  const owner = ownerOf(traceId);
  const entity = await entityOf(owner, directory);
  return {
    status: 200,
    body: {
      success: true,
      sampledOut: false,
      sampledIn: true,
      threadId: traceId,
      userId: events.find(({ userId }) => userId !== null)?.userId ?? null,
      providerId: thread.providerId,
      ...ownerReply(owner, entity),
      ...promptReply(listParam(query, 'include'), entity, thread),
      ...spanOfTime(events),
      ...latencies(events),
      eventCount: events.length,
      totalTokens: calls.reduce((sum, { totalTokens }) => sum + totalTokens, 0),
      errorCount: events.filter(({ eventType }) => eventType === 'error').length,
      hasLateEvents: events.some(({ isLate }) => isLate),
      events: page.map((event) => eventItem(event, contents.get(event.id), eventInclude)),
      eventsPagination: { total: events.length, limit, offset, hasMore: offset + limit < events.length },
      // Rates are per price and time of each call; one list of them would not explain the sum.
      cost: [],
      models: modelItems(calls, events),
      totalCost: costOf(calls),
    },
  };
}

const NOT_FOUND: Reply = failed({ code: 'not-found', message: 'Thread not found' });

function modelTallies(traceId: string, reader: Reader): Promise<Tally[]> {
  const where = { all: [is('traceId', traceId), MODEL_CALLS] };
  const orderBy = { field: 'firstSeen', direction: 'asc' } as const;
  return allGroups(reader, { where, by: ['model'], orderBy }, MODELS_MAX);
}

function spanOfTime(events: readonly ThreadEvent[]) {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return {};
  return {
    firstEventTimestamp: isoFromMicros(first.at),
    lastEventTimestamp: isoFromMicros(last.at),
    lastActivity: isoFromMicros(last.at),
    duration: (last.at - first.at) / 1000,
  };
}

/** Of the events that measured one. What a tool took is its response's; its request may repeat it. */
function latencies(events: readonly ThreadEvent[]) {
  const known = events.flatMap(({ eventType, latencyMs }) =>
    eventType === 'tool_call_request' ? [] : (latencyMs ?? []),
  );
  const totalLatency = known.reduce((sum, latency) => sum + latency, 0);
  return { totalLatency, avgLatency: known.length === 0 ? 0 : totalLatency / known.length };
}

function eventItem(event: ThreadEvent, view: EventView | undefined, include: ReadonlySet<string>) {
  const { usage } = event;
  return {
    id: event.id,
    stepId: event.stepId,
    parentStepId: event.parentStepId,
    spanId: event.spanId,
    eventType: event.eventType,
    timestamp: isoFromMicros(event.at),
    ...(include.has('content') ? { content: view?.content ?? null } : {}),
    ...(include.has('metadata') ? { metadata: view?.metadata ?? null } : {}),
    model: event.model,
    promptTokens: usage?.input ?? null,
    completionTokens: usage?.output ?? null,
    cacheReadTokens: usage?.cacheRead ?? null,
    cacheWriteTokens: usage?.cacheWrite ?? null,
    latencyMs: event.latencyMs,
    finishReason: event.finishReason,
    duration: event.durationMs,
    timeSinceStart: event.sinceStartMs,
    isLateEvent: event.isLate,
  };
}

/** Sums count no call twice. How long cache writes are kept is not summed there, so the events tell it. */
function modelItems(calls: readonly Tally[], events: readonly ThreadEvent[]) {
  const last = events.findLast(({ usage, eventType }) => usage !== undefined || eventType === 'llm_response')?.model;
  return calls.map((call) => {
    const [model = null] = call.group;
    const kept1h = events
      .filter((event) => event.model === model)
      .reduce((sum, { usage }) => sum + (usage?.cacheWrite1h ?? 0), 0);
    const cacheWrite1hTokens = Math.min(kept1h, call.cacheWriteTokens);
    return {
      model,
      inputTokens: call.inputTokens,
      outputTokens: call.outputTokens,
      cacheWrite5mTokens: call.cacheWriteTokens - cacheWrite1hTokens,
      cacheWrite1hTokens,
      cacheCreationTokens: call.cacheWriteTokens,
      cacheReadTokens: call.cacheReadTokens,
      totalTokens: call.totalTokens,
      totalCost: call.costUsd,
      cost: null,
      isLastModel: model === last,
    };
  });
}

export async function getGraph({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const traceId = head.params.threadId ?? '';
  const period = periodParams(head.query);
  if (!period.ok) return failed(period.fault);
  await directory.settled();
  const thread = await readThread(traceId, reader);
  const events = (thread?.events ?? []).filter((event) => isWithin(event, period.value));
  if (events.length === 0) return NOT_FOUND;
  return { status: 200, body: { threadId: traceId, graph: { nodes: events.map(node), edges: edgesOf(events) } } };
}

function isWithin({ at }: ThreadEvent, { from, to }: Period): boolean {
  return (from === undefined || at >= from) && (to === undefined || at <= to);
}

function node(event: ThreadEvent) {
  return {
    id: event.id,
    stepId: event.stepId,
    parentStepId: event.parentStepId,
    type: event.eventType,
    model: event.model,
    timestamp: isoFromMicros(event.at),
    latencyMs: event.latencyMs,
    hasError: event.eventType === 'error',
    duration: event.durationMs,
    timeSinceStart: event.sinceStartMs,
  };
}

/** From the event with the parent's step; a step that several events have is the first one's. */
function edgesOf(events: readonly ThreadEvent[]): { from: string; to: string }[] {
  const byStep = new Map<number, ThreadEvent>();
  for (const event of events) {
    if (event.stepId !== null && !byStep.has(event.stepId)) byStep.set(event.stepId, event);
  }
  return events.flatMap((event) => {
    const parent = event.parentStepId === null ? undefined : byStep.get(event.parentStepId);
    return parent === undefined || parent.id === event.id ? [] : [{ from: parent.id, to: event.id }];
  });
}
