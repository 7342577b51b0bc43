/**
 * Events as the official clients can read them. Intake takes more than those clients know (contexts of new types, a
 * wrong type in an optional field), and a client that meets one such value refuses the whole answer. What it requires is
 * filled in, what it would choke on is left out; all else, also what it does not know, stays as it came.
 */

import { asArray, asObject, asText, field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { ReadEvent, ReadSpan } from '../reader.ts';
import { definitionField, type EventName, readEventName } from './event-name.ts';

/** A value that will do, `null` where that will do, or `undefined` to leave the member out. */
type Reading = (value: JsonValue | undefined) => JsonValue | undefined;

const optionalText: Reading = (value) => (typeof value === 'string' || value === null ? value : undefined);
const optionalFlag: Reading = (value) => (typeof value === 'boolean' || value === null ? value : undefined);
const optionalObject: Reading = (value) => (isObject(value) || value === null ? value : undefined);
const optionalDefinition: Reading = (value) =>
  isObject(value) ? definition(value) : value === null ? null : undefined;
const text: Reading = (value) => (typeof value === 'string' ? value : '');

/**
 * `object` with some members read; those that read as `undefined` are left out. So are members named like something that
 * every JavaScript object has (`valueOf`): the npm client looks names up on a plain object and throws.
 */
function withMembers(object: JsonObject, members: Readonly<Record<string, Reading>>): JsonObject {
  const read = Object.entries(members).map(([name, reading]) => [name, reading(field(object, name))] as const);
  const known = new Set(Object.keys(members));
  const rest = Object.entries(object).filter(([name]) => !known.has(name) && !(name in Object.prototype));
  return Object.fromEntries([...rest, ...read.filter(([, value]) => value !== undefined)]);
}

function definition(value: JsonValue | undefined): JsonObject {
  return withMembers(asObject(value) ?? {}, {
    id: text,
    name: text,
    module: textList,
    exclude_from_monitoring: optionalFlag,
  });
}

function textList(value: JsonValue | undefined): JsonValue[] {
  return (asArray(value) ?? []).filter((item) => typeof item === 'string');
}

const RELEASE_TAG: Readonly<Record<string, Reading>> = {
  deployment_id: text,
  deployment_name: text,
  deployment_history_item_id: text,
  release_tag_id: text,
  release_tag_name: text,
  external_id: optionalText,
  metadata: optionalObject,
};

const CONTEXTS: ReadonlyMap<string, Readonly<Record<string, Reading>>> = new Map([
  ['WORKFLOW', { workflow_definition: definition }],
  ['WORKFLOW_NODE', { node_definition: definition }],
  ['WORKFLOW_RELEASE_TAG', { ...RELEASE_TAG, workflow_version_id: text }],
  ['PROMPT_RELEASE_TAG', { ...RELEASE_TAG, prompt_version_id: text }],
  ['WORKFLOW_SANDBOX', { sandbox_id: text, sandbox_history_item_id: text, scenario_id: text }],
  ['API_REQUEST', { api_actor_id: optionalText, api_actor_type: optionalText, api_actor_label: optionalText }],
  ['EXTERNAL', {}],
  ['SCHEDULED', { trigger_id: optionalText }],
  ['INTEGRATION', { trigger_id: optionalText }],
]);

/**
 * Contexts inside one another. The npm client tries up to nine variants for each, and in each of them all that is inside:
 * its time doubles every second level of a usual chain. Six nested workflows are enough for anybody's eyes, and the tree
 * stands in the spans. For the same reason links inside a context are left out.
 */
const CONTEXT_DEPTH_MAX = 12;

/** A context of a type that clients do not know becomes EXTERNAL, its own type stands beside it. */
export function readableContext(value: JsonValue | undefined, depth = 1): JsonObject | undefined {
  const context = asObject(value);
  if (context === undefined || depth > CONTEXT_DEPTH_MAX) return undefined;
  const type = asText(field(context, 'type')) ?? '';
  const members = CONTEXTS.get(type);
  const read = withMembers(context, {
    ...members,
    span_id: text,
    parent: (parent) => readableContext(parent, depth + 1),
    links: () => undefined,
  });
  return members === undefined ? { ...read, type: 'EXTERNAL', context_type: type } : read;
}

function readableLinks(value: JsonValue | undefined): JsonValue[] | undefined {
  return asArray(value)?.flatMap((link) => {
    const context = isObject(link) ? readableContext(field(link, 'span_context')) : undefined;
    return isObject(link) && context !== undefined && asText(field(link, 'type')) !== undefined
      ? [{ ...withMembers(link, { trace_id: text }), span_context: context }]
      : [];
  });
}

/** `undefined` for an event that the clients have no variant for. */
export function readableEvent({ eventId, timestamp, payload }: ReadEvent): JsonObject | undefined {
  const event = asObject(payload);
  const name = readEventName(asText(field(event, 'name')) ?? '');
  if (event === undefined || name === undefined) return undefined;
  const members = { trace_id: text, span_id: text, api_version: optionalText, links: readableLinks };
  return {
    ...withMembers(event, { ...members, parent: (parent) => readableContext(parent) }),
    id: eventId,
    timestamp,
    body: readableBody(asObject(field(event, 'body')) ?? {}, name),
  };
}

/** Members that are required and that `decode` has looked at are not read again. */
function readableBody(body: JsonObject, { subject, phase }: EventName): JsonObject {
  return withMembers(body, { [definitionField(subject)]: definition, ...BODY[phase] });
}

const BODY: Readonly<Record<EventName['phase'], Readonly<Record<string, Reading>>>> = {
  initiated: { trigger: optionalDefinition },
  streaming: { output: (output) => withMembers(asObject(output) ?? {}, {}) },
  fulfilled: {
    final_state: optionalObject,
    server_metadata: optionalObject,
    redacted: optionalFlag,
    mocked: optionalFlag,
    invoked_ports: (value) =>
      value === null
        ? null
        : asArray(value)
            ?.filter(isObject)
            .map((port) => withMembers(port, { name: text })),
  },
  rejected: { error: errorObject, stacktrace: optionalText },
  paused: { external_inputs: externalInputs },
  resumed: {},
  snapshotted: { edited_by: optionalDefinition },
  log: { attributes: optionalObject },
};

function errorObject(value: JsonValue | undefined): JsonObject {
  return withMembers(asObject(value) ?? {}, {
    message: text,
    code: text,
    raw_data: (raw) => (typeof raw === 'string' ? raw : optionalObject(raw)),
    stacktrace: optionalText,
  });
}

/** Only paused workflows have them. */
function externalInputs(value: JsonValue | undefined): JsonValue[] | undefined {
  return asArray(value)?.flatMap((input) =>
    isObject(input) && asText(field(input, 'name')) !== undefined
      ? [withMembers(input, { types: resources, inputs_class: (kind) => (isObject(kind) ? resource(kind) : null) })]
      : [],
  );
}

function resources(value: JsonValue | undefined): JsonValue[] {
  return (asArray(value) ?? []).filter(isObject).map(resource);
}

function resource(value: JsonObject): JsonObject {
  return withMembers(value, { name: text, module: textList });
}

/** The error of a span, as its rejected event had it. */
export function readableError({ error, metadata }: ReadSpan): JsonValue {
  if (error === null) return null;
  return errorObject({
    message: error.message ?? '',
    code: error.code ?? 'INTERNAL_ERROR',
    raw_data: metadata.error_raw_data ?? null,
    stacktrace: error.stack ?? null,
  });
}
