/** What the runner must know of a dialect: which requests bring events, and where order or repetition may matter. */

import { isObject } from './compare.ts';
import type { Case, RecordedRequest } from './replay.ts';

export interface Habits {
  /** Paths of the routes that take events. Every 2xx of theirs carries a receipt. */
  readonly eventPath: RegExp;
  /** Ids of the accepted events, where the dialect's answer tells them. */
  readonly eventIds?: (reply: unknown) => unknown;
  /** Requests that are sent first, in their order, when the others are shuffled. */
  readonly comesFirst?: (request: RecordedRequest) => boolean;
  /** Requests that are sent once, after all others and in their order. */
  readonly comesLast?: (request: RecordedRequest) => boolean;
  /** Requests whose repetition is a second event: sent once. */
  readonly isAnotherEachTime?: (request: RecordedRequest) => boolean;
  /** Span fields that the order of arrival decides by contract. */
  readonly orderedFields?: readonly string[];
}

const HABITS: Readonly<Record<string, Habits>> = {
  lunary: {
    eventPath: /^\/(v1\/runs\/ingest|api\/report|api\/v1\/report)\/?$/,
    // A write-back is about what is stored when it comes: it names a run by its hash, and takes tags away (7.5, 3.1).
    comesLast: ({ method }) => method === 'PATCH' || method === 'DELETE',
  },
  vellum: { eventPath: /^\/monitoring\/v1\/events$/ },
  voker: {
    eventPath: /^\/api\/v1\/events$/,
    eventIds: (reply) => [member(reply, 'id')],
    // A fingerprint must exist before an event names it (protocols/voker.md 3), and the recording's later requests
    // name the id that an earlier reply gave.
    comesFirst: ({ path }) => path !== '/api/v1/events',
    // An event has no identity unless the sender gives it one (10.5), and the clients do not.
    isAnotherEachTime: ({ path }) => path === '/api/v1/events',
  },
  weflayr: {
    eventPath: /^\/[^/]+\/?$/,
    // `event_id` is the call's, so a phase that may come several times has no identity of its own (protocols/weflayr.md 7).
    isAnotherEachTime: ({ body }) =>
      !/(^|\.)(before|after|error|stream_start)$/.test(String(member(body, 'event_type'))),
  },
  whyops: {
    eventPath: /^\/api\/events(\/.*)?$/,
    // The synchronous routes answer with the event's result.
    eventIds: (reply) => member(reply, 'eventIds') ?? [member(reply, 'id')],
    // An event is of the version that its agent has when it arrives (4.6).
    comesFirst: ({ path }) => /\/(entities|agents)\/init$/.test(path),
    // Only an idempotency key makes two events the same, and no SDK sends one (protocols/whyops.md 4.5, 6).
    isAnotherEachTime: ({ body }) =>
      member(body, 'eventType') !== undefined && member(body, 'idempotencyKey') === undefined,
    // Steps that the sender leaves out are numbered as the events arrive (4.3).
    orderedFields: ['step'],
  },
};

export function habitsOf({ dialect }: Case): Habits {
  const habits = HABITS[dialect];
  if (habits === undefined) throw new Error(`say in test/support/habits.ts how ${dialect} behaves`);
  return habits;
}

export function isEventRequest(one: Case, index: number): boolean {
  const request = one.requests[index];
  const [path = ''] = request?.path.split('?') ?? [];
  return request?.method === 'POST' && habitsOf(one).eventPath.test(path);
}

function member(body: unknown, key: string): unknown {
  return isObject(body) && Object.hasOwn(body, key) ? body[key] : undefined;
}
