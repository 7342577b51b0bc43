/**
 * Conversations (`protocols/lunary.md` 2.8): the thread is a session, and every message and custom event in it is a span
 * of its own with its own id, so that feedback and agents that name a message find it, retries included. The vendor's
 * server appends messages to shared rows, renames them, and loses what pointed there (6.2).
 */

import { asJsonText, asObject, asText, asTextList, field, type JsonObject } from '../../canonical/json.ts';
import { read } from './envelope.ts';
import { feedbackPatch } from './feedback.ts';
import type { Statement } from './fragment.ts';
import { nameOf, typeMark } from './run.ts';

/** What was said to the model; everybody else's words are output. */
const INPUT_ROLES: ReadonlySet<unknown> = new Set(['user', 'system']);

export function chatStatement(event: JsonObject, spanId: string): Statement {
  const message = asObject(read(event, 'message')) ?? {};
  const role = asText(field(message, 'role'));
  const content = asJsonText(field(message, 'content'));
  return {
    spanId,
    placement: { by: 'parent' },
    kind: 'message',
    isTyped: true,
    status: 'ok',
    text: {
      name: role,
      ...(INPUT_ROLES.has(role) ? { input: content } : { output: content }),
      userId: asText(read(event, 'userId')),
      sessionId: asText(read(event, 'parentRunId')),
    },
    tags: asTextList(read(event, 'threadTags')),
    metadata: messageMetadata(event, message),
    // The JavaScript SDK sends the same feedback in both places, Python outside.
    feedback: feedbackPatch([field(message, 'feedback'), read(event, 'feedback')], read(event, 'overwrite') === true),
  };
}

/** The message's other fields under their own names; `id` becomes `messageId`, Python's `is_retry` becomes `isRetry`. */
function messageMetadata(event: JsonObject, message: JsonObject): JsonObject {
  const { role: _role, content: _content, feedback: _feedback, id, is_retry, ...rest } = message;
  const threadMetadata = read(event, 'threadMetadata');
  const known = Object.entries({ messageId: id, isRetry: is_retry, threadMetadata, ...rest });
  return {
    ...asObject(read(event, 'metadata')),
    ...Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== null)),
  };
}

export function customEventStatement(event: JsonObject, spanId: string): Statement {
  return {
    spanId,
    placement: { by: 'parent' },
    kind: 'event',
    isTyped: true,
    status: 'ok',
    text: {
      name: nameOf(event),
      input: asJsonText(read(event, 'input')),
      userId: asText(read(event, 'userId')),
      sessionId: asText(read(event, 'parentRunId')),
    },
    tags: asTextList(read(event, 'threadTags')),
    metadata: asObject(read(event, 'metadata')),
    marks: typeMark('custom-event'),
  };
}
