/** The event routes of the five vendors: how to speak to each, and what its answers look like. */

import { expect } from 'vitest';
import type { FaultCode } from '../../src/faults.ts';
import type { TestServer } from './server.ts';

/** Who sends: a project of its own, so that what it stored can be counted. */
export interface Sender {
  readonly projectId: string;
  readonly key: string;
  /** Voker's events name one. */
  readonly fingerprint: string;
}

/** Parts of an event, as JSON texts, so that they may be spelled in any way. */
export interface Parts {
  /** Of the span; of the trace where a vendor has no spans. */
  readonly id: string;
  readonly name?: string;
  readonly data?: string;
  /** Further members: `"a":1,"b":2`. */
  readonly more?: string;
}

export interface Vendor {
  readonly name: string;
  readonly dialect: string;
  path(sender: Sender): string;
  headers(key: string): Record<string, string>;
  /** One event as JSON text. */
  event(sender: Sender, parts: Parts): string;
  /** Events as a body; vendors without batches take one. */
  body(events: readonly string[]): string;
  /** `one`: no batches. `each`: events fail one by one. `all`: one bad event refuses the request. */
  readonly batches: 'one' | 'each' | 'all';
  /** Longest id that is taken. */
  readonly idCharsMax: number;
  readonly acceptedStatus: number;
  /** Required members and values that each must not have. Paths are those of the answer. */
  readonly required: readonly Required[];
  status(fault: FaultCode): number;
  /** The vendor's shape of an error. */
  readonly errorShape: unknown;
  /** Its shape when fields are to blame. */
  readonly fieldErrorShape: unknown;
}

export interface Required {
  readonly member: string;
  readonly wrong: readonly string[];
}

const NO_TEXT = ['null', '7', 'true', '[]', '{}', '""'];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const single = (events: readonly string[]) => events[0] ?? '';
const list = (events: readonly string[]) => `[${events.join(',')}]`;
const object = (members: readonly (string | undefined)[]) => `{${members.filter((m) => m !== undefined).join(',')}}`;
const member = (name: string, text: string | undefined) => (text === undefined ? undefined : `"${name}":${text}`);
const anything = expect.anything() as unknown;
const text = expect.any(String) as unknown;

const DEFAULTS: Record<FaultCode, number> = {
  'malformed-json': 400,
  'invalid-event': 400,
  'too-deep': 400,
  'bad-encoding': 400,
  'missing-credential': 401,
  'unknown-credential': 401,
  'wrong-project': 401,
  'scope-missing': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'too-large': 413,
  'too-many-events': 413,
  'unsupported-encoding': 415,
  'invalid-field': 422,
  'body-timeout': 408,
  'rate-limited': 429,
  overloaded: 503,
  internal: 500,
};
const statuses = (own: Partial<Record<FaultCode, number>>) => (fault: FaultCode) => own[fault] ?? DEFAULTS[fault];

const weflayr: Vendor = {
  name: 'weflayr',
  dialect: 'weflayr',
  path: ({ projectId }) => `/${projectId}/`,
  headers: bearer,
  event: (_, { id, name, data, more }) =>
    object([
      member('event_id', id),
      member('event_type', '"chat.after"'),
      member('model', name),
      member('messages', data),
      member('output', data),
      more,
    ]),
  body: single,
  batches: 'one',
  idCharsMax: 1024,
  acceptedStatus: 200,
  required: [
    { member: 'event_id', wrong: [...NO_TEXT, '" \\n"'] },
    { member: 'event_type', wrong: [...NO_TEXT, '" "'] },
  ],
  status: statuses({ 'invalid-event': 422 }),
  errorShape: { detail: text },
  fieldErrorShape: { detail: expect.arrayContaining([{ type: text, loc: anything, msg: text }]) as unknown },
};

const lunaryEvent: Vendor['event'] = ({ key }, { id, name, data, more }) =>
  object([
    member('type', '"llm"'),
    member('event', '"start"'),
    member('runId', id),
    member('app', JSON.stringify(key)),
    member('timestamp', '"2026-02-03T04:05:06.789Z"'),
    member('name', name),
    member('userId', name),
    member('input', data),
    more,
  ]);

const lunary: Vendor = {
  name: 'lunary',
  dialect: 'lunary',
  path: () => '/v1/runs/ingest',
  headers: bearer,
  event: lunaryEvent,
  body: (events) => `{"events":${list(events)}}`,
  batches: 'each',
  idCharsMax: 1024,
  acceptedStatus: 200,
  required: [{ member: 'runId', wrong: [...NO_TEXT, '" "'] }],
  status: statuses({ 'missing-credential': 402, 'method-not-allowed': 404 }),
  errorShape: { message: text },
  fieldErrorShape: { message: text },
};

const lunaryReport: Vendor = {
  ...lunary,
  name: 'lunary report',
  path: () => '/api/report',
  headers: () => ({}),
  status: statuses({ 'missing-credential': 402, 'unknown-credential': 402, 'method-not-allowed': 404 }),
};

const vellum: Vendor = {
  name: 'vellum',
  dialect: 'vellum',
  path: () => '/monitoring/v1/events',
  headers: (key) => ({ 'x-api-key': key }),
  event: (_, { id, name = '"Flow"', data = '1', more }) =>
    object([
      member('id', id),
      member('trace_id', id),
      member('span_id', id),
      member('timestamp', '"2026-02-03T04:05:06.789Z"'),
      member('name', '"workflow.execution.initiated"'),
      member('body', `{"workflow_definition":{"name":${name}},"inputs":{"value":${data}}}`),
      more,
    ]),
  body: list,
  batches: 'all',
  idCharsMax: 1024,
  acceptedStatus: 200,
  required: [
    { member: 'id', wrong: NO_TEXT },
    { member: 'trace_id', wrong: NO_TEXT },
    { member: 'span_id', wrong: NO_TEXT },
    { member: 'name', wrong: NO_TEXT },
    { member: 'timestamp', wrong: [...NO_TEXT, '"yesterday"', '"2026-02-30T00:00:00Z"', '"2026-13-01T00:00:00Z"'] },
    { member: 'body', wrong: ['null', '7', '"x"', '[]', '{}', '{"workflow_definition":{"name":"x"}}'] },
  ],
  status: statuses({ 'invalid-field': 400, conflict: 400 }),
  errorShape: { detail: text, code: text, errors: [] },
  fieldErrorShape: {
    detail: text,
    code: 'invalid-event',
    errors: expect.arrayContaining([{ path: text, message: text }]) as unknown,
  },
};

const voker: Vendor = {
  name: 'voker',
  dialect: 'voker',
  path: () => '/api/v1/events',
  headers: bearer,
  event: ({ fingerprint }, { id, name, data, more }) =>
    object([
      member('event_name', '"llm"'),
      member('fingerprint_id', JSON.stringify(fingerprint)),
      member('event_id', id),
      member('agent', name),
      member('person', name),
      member('properties', `{"inputs":{"messages":${data ?? '1'}},"output":${data ?? '1'}}`),
      more,
    ]),
  body: single,
  batches: 'one',
  idCharsMax: 255,
  acceptedStatus: 200,
  required: [
    { member: 'event_name', wrong: NO_TEXT },
    { member: 'properties', wrong: ['null', '7', '"x"', '[]'] },
    { member: 'fingerprint_id', wrong: NO_TEXT },
  ],
  status: statuses({ 'invalid-event': 422 }),
  errorShape: expect.objectContaining({ type: text, message: text, detail: { type: text } }) as unknown,
  fieldErrorShape: {
    type: 'validation-error',
    message: text,
    errors: expect.arrayContaining([{ path: expect.any(String) as unknown, message: text }]) as unknown,
    detail: expect.arrayContaining([{ loc: anything, msg: text, type: text }]) as unknown,
  },
};

const whyops: Vendor = {
  name: 'whyops',
  dialect: 'whyops',
  path: () => '/api/events/ingest',
  headers: bearer,
  event: (_, { id, name = '"agent"', data, more }) =>
    object([
      member('eventType', '"tool_call_response"'),
      member('traceId', id),
      member('spanId', id),
      member('agentName', name),
      member('metadata', '{"tool":"search"}'),
      member('content', data),
      more,
    ]),
  body: list,
  batches: 'all',
  idCharsMax: 128,
  acceptedStatus: 202,
  required: [
    { member: 'eventType', wrong: [...NO_TEXT, '"no_such_type"', '"__proto__"', '"toString"'] },
    { member: 'traceId', wrong: NO_TEXT },
    { member: 'agentName', wrong: NO_TEXT },
  ],
  status: statuses({ 'invalid-field': 400 }),
  errorShape: { error: text },
  fieldErrorShape: {
    error: text,
    details: expect.arrayContaining([{ field: expect.any(String) as unknown, message: text, code: text }]) as unknown,
  },
};

const whyopsSync: Vendor = { ...whyops, name: 'whyops sync', path: () => '/api/events', acceptedStatus: 201 };
const whyopsTools: Vendor = {
  ...whyopsSync,
  name: 'whyops tool-result',
  path: () => '/api/events/tool-result',
  // The route decides the type.
  required: whyops.required.filter((required) => required.member !== 'eventType'),
};

export const vendors: readonly Vendor[] = [
  weflayr,
  lunary,
  lunaryReport,
  vellum,
  voker,
  whyops,
  whyopsSync,
  whyopsTools,
];

let count = 0;

/** A fresh project. */
export async function newSender(server: TestServer, name = 'sender'): Promise<Sender> {
  count += 1;
  const { id, key } = await server.createProject(`${name} ${count}`);
  return { projectId: id, key, fingerprint: await newFingerprint(server, key) };
}

export async function newFingerprint(server: TestServer, key: string): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/fingerprints`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language: 'python', language_version: '3.12', system: 'linux' }),
  });
  const { fingerprint_id } = (await response.json()) as { fingerprint_id: string };
  return fingerprint_id;
}

export function vendorNamed(name: string): Vendor {
  const vendor = vendors.find((candidate) => candidate.name === name);
  if (vendor === undefined) throw new Error(`no vendor is called ${name}`);
  return vendor;
}
