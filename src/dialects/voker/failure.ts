/**
 * Whether an event tells of a failure. Failed model calls are undocumented and the official wrappers send nothing for
 * them; what public clients send instead is read here (`protocols/voker.md` 3 and 4).
 */

import { asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { errorText } from '../../canonical/span.ts';

export interface Failure {
  /** JSON text of the error register; absent when the event says that it failed, not how. */
  readonly error: string | undefined;
}

/** Kinds of response whose own `status` can be `failed`. In any other output that word is the caller's data. */
const RESPONSES_WITH_STATUS = new Set<unknown>(['response', 'interaction']);

export function readFailure(eventName: string, properties: JsonObject): Failure | undefined {
  const output = field(properties, 'output');
  const problem = saidProblem(at(output, 'error')) ?? saidProblem(field(properties, 'error'));
  const failed =
    problem !== undefined ||
    eventName === 'error' ||
    field(properties, 'status') === 'error' ||
    (RESPONSES_WITH_STATUS.has(at(output, 'object')) && at(output, 'status') === 'failed');
  if (!failed) return undefined;
  return { error: problem === undefined ? messageOnly(plainMessage(properties)) : problemText(problem) };
}

/** OpenAI's Responses API and Python dumps send `error: null` with every success. */
function saidProblem(value: JsonValue | undefined): JsonValue | undefined {
  return value === null || value === '' || value === false ? undefined : value;
}

/** One public client wraps a text output as `{"value": "…"}`. */
function plainMessage(properties: JsonObject): string | undefined {
  const output = field(properties, 'output');
  return (
    asText(output) ??
    asText(at(output, 'value')) ??
    asText(at(output, 'message')) ??
    asText(field(properties, 'message'))
  );
}

function messageOnly(message: string | undefined): string | undefined {
  return message === undefined ? undefined : errorText({ message });
}

function problemText(problem: JsonValue): string | undefined {
  if (typeof problem === 'string') return errorText({ message: problem });
  const parts = asObject(problem);
  const type = asText(field(parts, 'type')) ?? asText(field(parts, 'name'));
  const stack = asText(field(parts, 'stack'));
  const code = field(parts, 'code');
  return errorText({
    message: asText(field(parts, 'message')) ?? JSON.stringify(problem),
    ...(type === undefined ? {} : { type }),
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
  });
}
