/** Executions that this one continues or was started by: `links` of an event, in the ids that our traces have. */

import { asArray, asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { definitionField } from './event-name.ts';
import { isSpanContext, readLineage } from './parents.ts';

/**
 * A link names its execution by a context with a parent chain of its own (`protocols/vellum.md` 8.2), so the trace is read
 * off it as off an event's parent; the sender's `trace_id` is the session.
 */
export function linksOf(event: JsonObject): JsonValue[] {
  return (asArray(field(event, 'links')) ?? []).flatMap((link) => {
    const context = asObject(at(link, 'span_context'));
    const spanId = asText(field(context, 'span_id'));
    if (context === undefined || spanId === undefined) return [];
    const { traceId } = readLineage({ parent: context }, '');
    const name = asText(
      at(context, definitionField('workflow'), 'name') ?? at(context, definitionField('node'), 'name'),
    );
    return [
      dropAbsent({
        type: asText(at(link, 'type')),
        spanId,
        traceId: isSpanContext(context) ? traceId : undefined,
        sessionId: asText(at(link, 'trace_id')),
        contextType: asText(field(context, 'type')),
        name,
      }),
    ];
  });
}

function dropAbsent(object: Readonly<Record<string, string | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
