/** Events of a run: `start`, `end`, `error`, `update` (`protocols/lunary.md` 2.5), and those that say little about it. */

import type { Placement } from '../../canonical/event.ts';
import { asJsonText, asObject, asText, asTextList, at, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { errorText, type SpanKind, type SpanStatus } from '../../canonical/span.ts';
import { type Phase, parentOf, read } from './envelope.ts';
import { feedbackPatch } from './feedback.ts';
import type { Statement } from './fragment.ts';
import { TYPE_MARK } from './marks.ts';
import { kindOf, markedType } from './types.ts';
import { usageOf } from './usage.ts';

/** Runs that are one call to a model: their name is the model's. */
const MODEL_KINDS: ReadonlySet<SpanKind> = new Set(['llm', 'embedding']);

export type RunPhase = Extract<Phase, 'start' | 'end' | 'error' | 'update'>;
const STATUS: Record<RunPhase, SpanStatus> = { start: 'running', end: 'ok', error: 'error', update: 'running' };

export function runStatement(event: JsonObject, phase: RunPhase, spanId: string): Statement {
  const isStart = phase === 'start';
  const type = asText(read(event, 'type'));
  const kind = kindOf(type);
  const name = nameOf(event);
  const input = read(event, 'input');
  // Only a start knows its parent: ends carry whatever run was current when they were sent (4.2).
  const parentSpanId = isStart ? parentOf(event, spanId) : undefined;
  return {
    spanId,
    placement: isStart ? under(parentSpanId) : { by: 'span' },
    kind,
    isTyped: type !== undefined,
    status: STATUS[phase],
    text: {
      name,
      parentSpanId,
      model: MODEL_KINDS.has(kind) ? name : undefined,
      agentName: kind === 'agent' ? name : undefined,
      input: isStart || input ? asJsonText(input) : undefined,
      output: asJsonText(read(event, 'output')),
      params: asJsonText(read(event, 'params') ?? read(event, 'extra')),
      error: phase === 'error' ? errorOf(read(event, 'error')) : undefined,
      userId: asText(read(event, 'userId')),
      sessionId: sessionOf(event, type, spanId, isStart),
    },
    usage: usageOf(event),
    tags: isStart ? asTextList(read(event, 'tags') ?? at(read(event, 'metadata'), 'tags')) : [],
    metadata: isStart ? startMetadata(event) : asObject(read(event, 'metadata')),
    // As with the kind, a start is to be believed; LangChain's ends call an agent a chain (4.1).
    marks: isStart && type !== undefined ? typeMark(markedType(type)) : undefined,
  };
}

export function typeMark(type: string | undefined): JsonObject | undefined {
  return type === undefined ? undefined : { [TYPE_MARK]: type };
}

/** Feedback, and events that the vendor does not know: the run exists, and little more. */
export function bareStatement(event: JsonObject, phase: 'feedback' | 'other', spanId: string): Statement {
  const type = asText(read(event, 'type'));
  const patches = [read(event, 'feedback'), read(event, 'extra')];
  return {
    spanId,
    placement: { by: 'span' },
    kind: kindOf(type),
    isTyped: type !== undefined,
    status: 'running',
    text: { name: nameOf(event), userId: asText(read(event, 'userId')) },
    feedback: phase === 'feedback' ? feedbackPatch(patches, read(event, 'overwrite') === true) : undefined,
  };
}

/** Google's clients report `models/gemini-…` for the model `gemini-…` (2.1). */
export function nameOf(event: JsonObject): string | undefined {
  return asText(asText(read(event, 'name'))?.replace(/^models\//, ''));
}

/** A root when there is no parent. */
export function under(parentSpanId: string | undefined): Placement {
  return parentSpanId === undefined ? { by: 'parent' } : { by: 'parent', parentSpanId };
}

/** The deprecated thread API (2.8): `thread` is the conversation itself, `chat` a message that starts under it. */
function sessionOf(event: JsonObject, type: string | undefined, runId: string, isStart: boolean): string | undefined {
  if (type === 'thread' || type === 'convo') return runId;
  return isStart && (type === 'chat' || type === 'message') ? parentOf(event, runId) : undefined;
}

/** Which template and which library made the run; the user's own keys go first. */
function startMetadata(event: JsonObject): JsonObject {
  const templateId = read(event, 'templateVersionId') ?? read(event, 'templateId');
  const runtime = read(event, 'runtime');
  return {
    ...(templateId === undefined ? {} : { templateId }),
    ...(runtime === undefined ? {} : { runtime }),
    ...asObject(read(event, 'metadata')),
  };
}

/** Clients send `{message, stack}`, `{stack}`, `{}` (a JS Error, serialised), a string or null (7, rule 9). */
function errorOf(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  const error = asObject(value);
  if (error === undefined) return errorText({ message: textOf(value) });
  const message = at(error, 'message') ?? undefined;
  const stack = asText(at(error, 'stack'));
  const type = asText(at(error, 'type')) ?? asText(at(error, 'name'));
  const code = at(error, 'code') ?? undefined;
  const parts = {
    ...(message === undefined ? {} : { message: textOf(message) }),
    ...(type === undefined ? {} : { type }),
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
  };
  const isForeign = Object.keys(parts).length === 0 && Object.keys(error).length > 0;
  return errorText(isForeign ? { message: JSON.stringify(error) } : parts);
}

export function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
