/** `GET /api/events` and `GET /api/events/:id` (`protocols/whyops.md` 1.4, 1.5), of the key's project alone. */

import type { IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import type { EventQuestion } from '../reader.ts';
import { intParam, listParam, textParam } from './ask.ts';
import { type EventView, eventReply, viewsOf } from './event-view.ts';
import { refused } from './reply.ts';
import { storedId } from './tool-call.ts';

const EVENTS_DEFAULT = 100;
const EVENTS_MAX = 200;

/**
 * A page is `limit` stored events. A legacy `tool_call` among them is two in the answer, and two in `total`.
 * Ids of people and providers are looked for where the events name them.
 */
export async function listEvents({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  const { query } = head;
  const limit = intParam(query, 'limit', { min: 1, max: EVENTS_MAX, fallback: EVENTS_DEFAULT });
  const offset = intParam(query, 'offset', { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 });
  const traceId = textParam(query, 'traceId') ?? textParam(query, 'threadId');
  const [userId, providerId] = [textParam(query, 'userId'), textParam(query, 'providerId')];
  if (userId !== undefined && providerId !== undefined)
    return refused({ code: 'invalid-event', message: 'Filter by userId or by providerId, not by both' });
  const [member, equals] = userId === undefined ? ['providerId', providerId] : ['userId', userId];
  const where: Pick<EventQuestion, 'traceId' | 'payload'> = {
    ...(traceId === undefined ? {} : { traceId }),
    ...(equals === undefined ? {} : { payload: { path: [member], equals } }),
  };
  await directory.settled();
  const [page, toolCalls] = await Promise.all([
    reader.events({ ...where, direction: 'desc', limit, offset }),
    reader.events({ ...where, types: ['tool_call'], direction: 'desc', limit: 1, offset: 0 }),
  ]);
  const include = listParam(query, 'include');
  const views = page.events.flatMap((event) => viewsOf(event).reverse()).sort((a, b) => b.at - a.at);
  return {
    status: 200,
    body: {
      events: views.map((view) => eventReply(view, include)),
      pagination: { total: page.total + toolCalls.total, limit, offset, hasMore: offset + limit < page.total },
    },
  };
}

export async function getEvent({ head }: IntakeRequest, context: RouteContext): Promise<Reply> {
  const view = await findView(head.params.id ?? '', context);
  return view === undefined
    ? refused({ code: 'not-found', message: 'Event not found' })
    : { status: 200, body: eventReply(view, listParam(head.query, 'include')) };
}

async function findView(id: string, { directory, reader }: RouteContext): Promise<EventView | undefined> {
  await directory.settled();
  const { events } = await reader.events({ eventId: storedId(id).eventId, direction: 'asc', limit: 1, offset: 0 });
  return events.flatMap(viewsOf).find((view) => view.id === id);
}
