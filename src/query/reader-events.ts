/** The events of one project and one dialect, as a vendor's read routes ask for them. */

import { type JsonValue, storableText } from '../canonical/json.ts';
import { isoFromMicros } from '../canonical/time.ts';
import type { Condition, EventQuestion, ReadEvent } from '../dialects/reader.ts';
import { pageRowsMax } from '../limits.ts';
import { idOf } from './aliases.ts';
import { joinedSpans } from './joined.ts';
import { wellFormed } from './reader-conditions.ts';
import { type Asker, eventRows, prepared, storedTraces } from './reader-rows.ts';

interface Place {
  readonly event_id: string;
  readonly sent: number;
  readonly place: number;
  readonly trace_key: string;
}

interface Row {
  readonly event_id: string;
  readonly type: string;
  readonly span_id: string;
  readonly received: number;
  readonly environment: string;
  readonly step: number;
  readonly parent_step: number;
  readonly payload: string;
}

/**
 * First where the events are, from narrow columns, then what they say. An event that was written twice is the one that
 * came first.
 */
export async function readEvents(
  asker: Asker,
  question: EventQuestion,
): Promise<{ events: readonly ReadEvent[]; total: number }> {
  const { store } = asker.parts;
  const { from, params } = await eventsOf(asker, question);
  const direction = question.direction === 'asc' ? 'ASC' : 'DESC';
  const once = `SELECT event_id, toUnixTimestamp64Micro(timestamp) AS sent, min(position) AS place,
      argMin(trace_key, position) AS trace_key FROM (${from}) GROUP BY event_id, timestamp`;
  const limit = Math.min(question.limit, pageRowsMax);
  const [places, [counted]] = await Promise.all([
    store.select<Place>(
      `SELECT * FROM (${once}) ORDER BY sent ${direction}, place ${direction} LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
      { ...params, limit, offset: question.offset },
    ),
    store.select<{ total: number }>(`SELECT count() AS total FROM (${once})`, params),
  ]);
  const rows = await said(asker, places);
  const events = places.flatMap((place) => {
    const row = rows.get(place.event_id);
    return row === undefined ? [] : [toEvent(place, row)];
  });
  return { events, total: counted?.total ?? 0 };
}

/** Rows of events that match, and what their statement needs. */
async function eventsOf(asker: Asker, question: EventQuestion) {
  const params: Record<string, string | number | readonly string[]> = {};
  const conditions = ['1'];
  const where = (sql: string, name: string, value: string | readonly string[] | undefined) => {
    if (value === undefined) return;
    conditions.push(sql);
    params[name] = typeof value === 'string' ? storableText(value) : value.map(storableText);
  };
  where('event_id = {event:String}', 'event', question.eventId);
  where('span_id IN {spans:Array(String)}', 'spans', question.spanIds);
  where('type IN {types:Array(String)}', 'types', question.types);
  if (question.traceId !== undefined) {
    const id = storableText(question.traceId);
    where('trace_id IN {ids:Array(String)}', 'ids', (await storedTraces(asker, [id])).get(id)?.storedIds ?? [id]);
  }
  if (question.payload !== undefined) {
    const { path, equals } = question.payload;
    for (const [i, name] of path.entries()) params[`path${i}`] = storableText(name);
    const member = [wellFormed('payload'), ...path.map((_, i) => `{path${i}:String}`)].join(', ');
    where(`JSONType(${member}) = 'String' AND JSONExtractString(${member}) = {equals:String}`, 'equals', equals);
  }
  const whose = (['userId', 'sessionId'] as const).flatMap((field): Condition[] => {
    const value = question[field];
    return value === undefined ? [] : [{ field, in: [value] }];
  });
  const spans = await prepared(asker, { all: whose });
  const columns = ['event_id', 'span_id', 'timestamp', 'position'];
  const rows = eventRows(spans.scope, columns, conditions.join(' AND '));
  const from =
    whose.length === 0
      ? rows
      : `SELECT * FROM (${rows}) WHERE (trace_key, span_id) IN (
           SELECT trace_key, span_id FROM (${joinedSpans(spans.scope, spans.registers, [], spans.hasSums)}) WHERE ${spans.where})`;
  return { from, params: { ...spans.params, ...params } };
}

/** By event id. */
async function said({ parts, project, dialect }: Asker, places: readonly Place[]): Promise<Map<string, Row>> {
  if (places.length === 0) return new Map();
  const rows = await parts.store.select<Row>(
    `SELECT event_id, type, span_id, toUnixTimestamp64Micro(received_at) AS received, environment, step, parent_step, payload
     FROM tributary.events WHERE project_id = {project:UUID} AND dialect = {dialect:String}
       AND position IN {positions:Array(UInt64)} AND event_id IN {events:Array(String)}
     LIMIT 1 BY event_id`,
    {
      project,
      dialect,
      positions: places.map(({ place }) => place),
      events: places.map(({ event_id }) => event_id),
    },
  );
  return new Map(rows.map((row) => [row.event_id, row]));
}

function toEvent(place: Place, row: Row): ReadEvent {
  // What came was JSON, or it would not have been accepted.
  const payload: JsonValue = JSON.parse(row.payload);
  return {
    eventId: place.event_id,
    type: row.type,
    traceId: idOf(place.trace_key),
    spanId: row.span_id,
    timestamp: isoFromMicros(place.sent),
    receivedAt: isoFromMicros(row.received),
    position: place.place,
    environment: row.environment === '' ? null : row.environment,
    step: row.step === 0 ? null : row.step,
    parentStep: row.parent_step === 0 ? null : row.parent_step,
    payload,
  };
}
