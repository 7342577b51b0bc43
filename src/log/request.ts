/** How an accepted request is written into a log record: the body as it came, and in the meta what decoding it needs. */

import { derivedUuid, type ProjectId, readProjectId } from '../canonical/ids.ts';
import { asObject, asText, field, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { EventRoute, IntakeRequest, RequestHead } from '../dialects/dialect.ts';
import type { LogRecord, NewRecord } from './log.ts';

export interface LoggedRequest {
  readonly projectId: ProjectId;
  readonly routeId: string;
  readonly userAgent: string;
  readonly request: IntakeRequest;
  /** The record is a dead letter's that is tried again: where it was accepted. */
  readonly retryOf?: number;
}

const META_VERSION = 1;
/** Node refuses headers above 16 KiB; one header of that size says nothing about an event. */
const USER_AGENT_CHARS_MAX = 256;

export function toRecord(
  projectId: ProjectId,
  route: EventRoute,
  request: IntakeRequest,
  body: Uint8Array,
  count: number,
): NewRecord {
  const { head } = request;
  const headers: Record<string, string> = {};
  for (const name of route.loggedHeaders) {
    const value = head.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const meta = {
    version: META_VERSION,
    project: projectId,
    route: route.id,
    receivedAt: request.receivedAt,
    method: head.method,
    params: head.params,
    query: head.query.toString(),
    headers,
    userAgent: head.headers['user-agent']?.slice(0, USER_AGENT_CHARS_MAX) ?? '',
  };
  return { meta: JSON.stringify(meta), body, count };
}

/** The inverse of `toRecord`. Throws on a record that no version of Tributary has written: it becomes a dead letter. */
export function fromRecord(record: LogRecord): LoggedRequest {
  const parsed: JsonValue = JSON.parse(record.meta);
  const meta = asObject(parsed);
  const projectId = readProjectId(asText(field(meta, 'project')) ?? '');
  const routeId = asText(field(meta, 'route'));
  const receivedAt = field(meta, 'receivedAt');
  if (projectId === undefined || routeId === undefined || typeof receivedAt !== 'number')
    throw new Error('the record does not say whose request it is');
  const head: RequestHead = {
    method: asText(field(meta, 'method')) ?? 'POST',
    params: texts(asObject(field(meta, 'params'))),
    query: new URLSearchParams(asText(field(meta, 'query')) ?? ''),
    headers: texts(asObject(field(meta, 'headers'))),
  };
  const request: IntakeRequest = { head, text: textOf(record.body), receivedAt };
  const retryOf = retriedPosition(meta);
  return {
    projectId,
    routeId,
    userAgent: asText(field(meta, 'userAgent')) ?? '',
    request,
    ...(retryOf === undefined ? {} : { retryOf }),
  };
}

/**
 * The meta of a record that tries another one again. Everything else stays: the time of arrival, and through the position
 * the ids of its events. `undefined` when the meta is no object to write that into.
 */
export function retryMeta(meta: string, position: number): string | undefined {
  try {
    const parsed: JsonValue = JSON.parse(meta);
    const object = asObject(parsed);
    return object === undefined ? undefined : JSON.stringify({ ...object, retryOf: position });
  } catch {
    return undefined;
  }
}

/** Which record this one tries again. Cheap for all that do not. */
export function retryOf(meta: string): number | undefined {
  if (!meta.includes('"retryOf":')) return undefined;
  try {
    const parsed: JsonValue = JSON.parse(meta);
    return retriedPosition(asObject(parsed));
  } catch {
    return undefined;
  }
}

function retriedPosition(meta: JsonObject | undefined): number | undefined {
  const position = field(meta, 'retryOf');
  return typeof position === 'number' && Number.isSafeInteger(position) && position >= 0 ? position : undefined;
}

/** The text of a body that was checked to be UTF-8. A byte order mark is no part of it. */
export function textOf(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function texts(object: JsonObject | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object ?? {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}

/** The id of an event that brought none: derived from its place in the log, so that loading again gives the same. */
export function eventIdAt(projectId: ProjectId, position: number): string {
  return derivedUuid('event', projectId, String(position));
}
