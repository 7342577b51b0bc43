/**
 * `type: "log"` (`protocols/lunary.md` 2.9): a line with a level, maybe under a run. The vendor's SDK sends them and its
 * server has dropped the table; here each is a point in the trace.
 */

import { asJsonText, asObject, asText, at, type JsonObject } from '../../canonical/json.ts';
import { errorText } from '../../canonical/span.ts';
import { parentOf, read } from './envelope.ts';
import type { Statement } from './fragment.ts';
import { textOf, typeMark, under } from './run.ts';

export function logStatement(event: JsonObject, spanId: string): Statement {
  const level = asText(read(event, 'event'));
  const parentSpanId = parentOf(event, spanId);
  return {
    spanId,
    placement: under(parentSpanId),
    kind: 'event',
    isTyped: true,
    status: level === 'error' ? 'error' : 'ok',
    text: {
      name: level,
      parentSpanId,
      input: asJsonText(read(event, 'message')),
      error: level === 'error' ? errorOf(event) : undefined,
      userId: asText(read(event, 'userId')),
    },
    metadata: { ...asObject(read(event, 'metadata')), ...asObject(read(event, 'extra')) },
    marks: typeMark('log'),
  };
}

/** The JavaScript SDK puts the Error's message and stack into `extra`. */
function errorOf(event: JsonObject): string | undefined {
  const extra = read(event, 'extra');
  const message = read(event, 'message') ?? at(extra, 'message') ?? undefined;
  const stack = asText(at(extra, 'stack'));
  return errorText({
    ...(message === undefined ? {} : { message: textOf(message) }),
    ...(stack === undefined ? {} : { stack }),
  });
}
