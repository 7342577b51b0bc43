/** A log record to its events, by the dialect that took it: the same pure functions that answered the request. */

import type { EventDraft } from '../canonical/event.ts';
import type { Dialect, EventRoute } from '../dialects/dialect.ts';
import type { LogRecord } from '../log/log.ts';
import { eventIdAt, fromRecord } from '../log/request.ts';
import type { LoadedEvent } from './batch.ts';

export interface RouteEntry {
  readonly dialect: Dialect;
  readonly route: EventRoute;
}

export type RouteTable = ReadonlyMap<string, RouteEntry>;

export function routeTable(dialects: readonly Dialect[]): RouteTable {
  return new Map(
    dialects.flatMap((dialect) =>
      dialect.routes.flatMap((route) => (route.kind === 'events' ? [[route.id, { dialect, route }] as const] : [])),
    ),
  );
}

/** It was accepted any time ago, and some of it may have been stored: the store knows, not the recent ids. */
function askedFor(drafts: readonly EventDraft[]): readonly EventDraft[] {
  return drafts.map((draft) => ({ ...draft, isIdempotencyKey: true }));
}

/** Throws when the record cannot become events; it is then a dead letter, with the message as its reason. */
export function decodeRecord(record: LogRecord, routes: RouteTable): { events: LoadedEvent[]; entry: RouteEntry } {
  const { projectId, routeId, userAgent, request, retryOf } = fromRecord(record);
  const entry = routes.get(routeId);
  if (entry === undefined) throw new Error(`no route is called ${routeId}`);
  const { dialect, route } = entry;
  const decoded = route.decode(request);
  if (!decoded.ok) throw new Error(`accepted, but not decoded again: ${decoded.fault.message}`);
  const context = {
    receivedAt: request.receivedAt,
    // Of where it was accepted, so that trying it twice gives the same events.
    newEventId: (index: number) => eventIdAt(projectId, (retryOf ?? record.position) + index),
  };
  const made = route.events(request, decoded.items, context);
  const drafts = retryOf === undefined ? made : askedFor(made);
  if (drafts.length > record.count) throw new Error(`accepted as ${record.count} events, decoded as ${drafts.length}`);
  const events = drafts.map((draft, i): LoadedEvent => {
    return {
      draft,
      projectId,
      dialect: dialect.name,
      position: record.position + i,
      receivedAt: request.receivedAt,
      userAgent,
      record,
      traceId: '',
      step: 0,
      parentStep: 0,
      lastStep: 0,
      duplicate: false,
      stored: false,
      sampledOut: false,
      hasRow: true,
      fragments: draft.fragments,
    };
  });
  return { events, entry };
}
