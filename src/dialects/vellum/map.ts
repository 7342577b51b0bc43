/**
 * One Vellum event to one span. All events of an execution share `span_id`; the phase is the last part of `name`.
 * Every register's time is the event's own timestamp; README.md has the ranks.
 */

import type { EventDraft } from '../../canonical/event.ts';
import { asJsonText, asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { errorText, type SpanFragment, type SpanStatus } from '../../canonical/span.ts';
import { type Micros, microsFromIso } from '../../canonical/time.ts';
import { definitionField, type EventName, type Phase, readEventName } from './event-name.ts';
import { metadataOf } from './metadata.ts';
import { modelUseOf } from './model-use.ts';
import { type Lineage, readLineage } from './parents.ts';

/** Of every register without a rank of its own below. */
const RANK = { known: 20, log: 10, unknown: 5 } as const;

/** `protocols/vellum.md` 9: rejected > fulfilled > paused > running; a later `resumed` undoes a `paused`. */
const STATUS: Record<Phase, { readonly status: SpanStatus; readonly rank: number }> = {
  rejected: { status: 'error', rank: 40 },
  fulfilled: { status: 'ok', rank: 30 },
  paused: { status: 'paused', rank: 25 },
  resumed: { status: 'running', rank: 25 },
  initiated: { status: 'running', rank: RANK.known },
  streaming: { status: 'running', rank: RANK.known },
  snapshotted: { status: 'running', rank: RANK.known },
  log: { status: 'running', rank: RANK.log },
};

/** The client empties `outputs` when an event grows too large (`protocols/vellum.md` 8): a streamed value is better. */
const OUTPUT_RANK = { fulfilled: 30, streamed: 20, empty: 10 } as const;

/** An API key's label stands for a user only as long as nothing better does. */
const USER_RANK = 5;

/** Many of these come per span, and the other phases carry the same facts. */
const WITHOUT_METADATA: readonly Phase[] = ['streaming', 'snapshotted', 'log'];

type Text = { -readonly [K in keyof SpanFragment['text']]: SpanFragment['text'][K] };

interface Reading {
  readonly event: JsonObject;
  readonly body: JsonObject | undefined;
  readonly spanId: string;
  readonly timestamp: Micros;
  readonly lineage: Lineage;
}

export function vellumEvent(event: JsonObject, payload: string, receivedAt: Micros): EventDraft {
  const type = asText(field(event, 'name')) ?? '';
  const spanId = asText(field(event, 'span_id')) ?? '';
  const timestamp = microsFromIso(asText(field(event, 'timestamp')) ?? '') ?? receivedAt;
  const lineage = readLineage(event, spanId);
  const name = readEventName(type);
  const reading = { event, body: asObject(field(event, 'body')), spanId, timestamp, lineage };
  return {
    eventId: asText(field(event, 'id')) ?? '',
    type,
    timestamp,
    // A log never has a parent (`protocols/vellum.md` 9.5), and "none" must not overrule what the span's other events say.
    placement: lineage.traceId === undefined ? { by: 'span' } : { by: 'trace', traceId: lineage.traceId },
    spanId,
    payload,
    fragments: [name === undefined ? unknownFragment(type, reading) : knownFragment(name, reading)],
  };
}

function unknownFragment(type: string, { event, spanId, timestamp, lineage }: Reading): SpanFragment {
  const text: Text = { name: type, kind: 'event', status: 'ok' };
  putTree(text, event, lineage);
  return { spanId, rank: RANK.unknown, time: timestamp, start: timestamp, text };
}

function knownFragment({ subject, phase }: EventName, reading: Reading): SpanFragment {
  const { event, body, spanId, timestamp, lineage } = reading;
  const definition = asObject(field(body, definitionField(subject)));
  const text: Text = { kind: subject, status: STATUS[phase].status };
  const name = asText(field(definition, 'name'));
  if (name !== undefined) text.name = name;
  putTree(text, event, lineage);
  putAgent(text, lineage, subject === 'workflow' ? definition : undefined);
  const outputRank = putResult(text, phase, body);
  const use = subject === 'node' && phase === 'fulfilled' ? modelUseOf(asObject(field(body, 'outputs'))) : undefined;
  if (use !== undefined) text.model = use.model;
  const metadata = WITHOUT_METADATA.includes(phase) ? undefined : metadataOf(event, definition, lineage.launch);
  return {
    spanId,
    rank: phase === 'log' ? RANK.log : RANK.known,
    ranks: { status: STATUS[phase].rank, output: outputRank, userId: USER_RANK },
    time: timestamp,
    start: timestamp,
    text,
    ...(phase === 'fulfilled' || phase === 'rejected' ? { end: timestamp } : {}),
    ...(use === undefined ? {} : { usage: use.usage }),
    // Routers that the SDK adds around tools (`protocols/vellum.md` 7.1).
    ...(field(definition, 'exclude_from_monitoring') === true ? { hidden: true } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** `trace_id` groups executions, it does not tell one from another (`protocols/vellum.md` 9.6): it is the session. */
function putTree(text: Text, event: JsonObject, lineage: Lineage): void {
  const sessionId = asText(field(event, 'trace_id'));
  if (sessionId !== undefined) text.sessionId = sessionId;
  if (lineage.parentSpanId !== undefined) text.parentSpanId = lineage.parentSpanId;
}

/** The agent is the outermost workflow, its version the release that it ran under. */
function putAgent(text: Text, lineage: Lineage, ownWorkflow: JsonObject | undefined): void {
  const agentName = asText(field(lineage.rootWorkflow ?? ownWorkflow, 'name'));
  const tag = lineage.releaseTag;
  const agentVersion = asText(field(tag, 'release_tag_name')) ?? asText(field(tag, 'workflow_version_id'));
  if (agentName !== undefined) text.agentName = agentName;
  if (agentVersion !== undefined) text.agentVersion = agentVersion;
  if (lineage.actor !== undefined) text.userId = lineage.actor;
}

/** Input, output or error of the phase; returns the rank of the output. */
function putResult(text: Text, phase: Phase, body: JsonObject | undefined): number {
  if (phase === 'initiated') {
    const input = asJsonText(field(body, 'inputs'));
    if (input !== undefined) text.input = input;
  } else if (phase === 'fulfilled') {
    const outputs = field(body, 'outputs');
    const output = asJsonText(outputs);
    if (output !== undefined) text.output = output;
    return Object.keys(asObject(outputs) ?? {}).length === 0 ? OUTPUT_RANK.empty : OUTPUT_RANK.fulfilled;
  } else if (phase === 'streaming') {
    const output = streamedValue(field(body, 'output'));
    if (output !== undefined) text.output = output;
    return OUTPUT_RANK.streamed;
  } else if (phase === 'rejected') {
    const error = readError(body);
    if (error !== undefined) text.error = error;
  }
  return OUTPUT_RANK.fulfilled;
}

/** Neither value nor delta means started, a delta is a piece, a value is final (`protocols/vellum.md` 8). */
function streamedValue(output: JsonValue | undefined): string | undefined {
  const name = asText(at(output, 'name'));
  const value = at(output, 'value');
  if (name === undefined || value === undefined || value === null) return undefined;
  return JSON.stringify(Object.fromEntries([[name, value]]));
}

function readError(body: JsonObject | undefined): string | undefined {
  const error = field(body, 'error');
  const message = at(error, 'message');
  const code = asText(at(error, 'code'));
  const stack = asText(field(body, 'stacktrace')) ?? asText(at(error, 'stacktrace'));
  return errorText({
    ...(typeof message === 'string' ? { message } : {}),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack }),
  });
}
