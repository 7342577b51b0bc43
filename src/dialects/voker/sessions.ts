/** `GET /api/v1/sessions/{session}/messages`, an extension: the vendor documents no way to read a session back. */

import type { Reply, RouteContext } from '../dialect.ts';
import { Conversation, callProperties, type Turn } from './conversation.ts';
import { notFound } from './missing.ts';
import { refused } from './reply.ts';
import type { Operation } from './resources.ts';

/** Payloads are large and hold the whole history each: a few at a time. */
const EVENTS_AT_ONCE = 50;
const EVENTS_MAX = 1000;
const CHARS_MAX = 8_000_000;

const handle: Operation['handle'] = async (request, { directory, reader }: RouteContext): Promise<Reply> => {
  const session = request.head.params.session ?? '';
  await directory.settled();
  const conversation = new Conversation();
  let offset = 0;
  let total = 0;
  do {
    const found = await reader.events({ sessionId: session, direction: 'asc', limit: EVENTS_AT_ONCE, offset });
    for (const { eventId, timestamp, payload } of found.events) {
      const properties = callProperties(payload);
      if (properties !== undefined) conversation.add({ eventId, timestamp, properties });
    }
    total = found.total;
    offset += EVENTS_AT_ONCE;
  } while (offset < Math.min(total, EVENTS_MAX) && conversation.chars < CHARS_MAX);
  if (total === 0) return refused(notFound('session-not-found', 'session', 'The project has no session with this id'));
  const messages = conversation.turns.map(shown);
  return { status: 200, body: { session_id: session, events: total, messages, has_more: offset < total } };
};

function shown({ message, eventId, timestamp }: Turn): object {
  return {
    role: message.role,
    text: message.text,
    tool_calls: message.toolCalls,
    tool_call_id: message.toolCallId,
    event_id: eventId,
    created_at: timestamp,
  };
}

export const sessionMessages: Operation = {
  id: 'sessions.messages',
  methods: ['GET'],
  path: '/sessions/:session/messages',
  scope: 'read',
  handle,
};
