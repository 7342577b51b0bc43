/**
 * `GET /v1/workflow-executions/{execution_id}/detail`, as the official clients read it (`protocols/vellum.md` 10). The
 * execution is any workflow span, also a nested one. Spans leave one batch at a time, with their events.
 */

import { asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { Outcome } from '../../canonical/outcome.ts';
import { ok, refuse } from '../../canonical/outcome.ts';
import { pageRowsMax } from '../../limits.ts';
import type { IntakeRequest, ResourceRoute } from '../dialect.ts';
import type { ReadEvent, Reader, ReadSpan } from '../reader.ts';
import { credential, refused } from './answers.ts';
import { executionsOf } from './execution-tree.ts';
import { readableContext, readableError, readableEvent } from './readable.ts';
import { usageResult, usageResults } from './usage-result.ts';
import { valuesOf } from './values.ts';

/** Spans whose events are in memory together. */
const SPANS_PER_BATCH = 50;
/** Events of one question; snapshots and outputs may be large. */
const EVENTS_PER_PAGE = Math.min(200, pageRowsMax);

export const executionDetail: ResourceRoute = {
  kind: 'resource',
  id: 'vellum.execution-detail',
  method: 'GET',
  path: '/v1/workflow-executions/:executionId/detail',
  scope: 'read',
  credential,
  async handle(request, { directory, reader }) {
    await directory.settled();
    const id = request.head.params.executionId ?? '';
    const execution = (await reader.spansById([id])).find((span) => span.kind === 'workflow');
    if (execution === undefined) return refused({ code: 'not-found', message: `There is no workflow execution ${id}` });
    const spans = executionsOf((await reader.trace(execution.traceId)) ?? [], execution);
    const page = pageOf(request, spans);
    if (!page.ok) return refused(page.fault);
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      stream: detail(reader, execution, spans, page.value),
    };
  },
  refused,
};

/** Both parameters are the client's: a keyset cursor, exclusive, and how many. */
function pageOf({ head: { query } }: IntakeRequest, spans: readonly ReadSpan[]): Outcome<readonly ReadSpan[]> {
  const after = query.get('prev_span_id');
  const count = query.get('span_limit');
  const limit = count === null ? spans.length : Number(count);
  if (!Number.isSafeInteger(limit) || limit < 0 || count === '')
    return refuse('invalid-field', 'span_limit must be a whole number', [
      { path: 'span_limit', message: 'must be a whole number' },
    ]);
  const place = after === null ? -1 : spans.findIndex((span) => span.spanId === after);
  if (after !== null && place < 0)
    return refuse('invalid-field', 'prev_span_id is not a span of this execution', [
      { path: 'prev_span_id', message: 'is not a span of this execution' },
    ]);
  return ok(spans.slice(place + 1, place + 1 + limit));
}

/** `page` of the execution's `spans`; all that stands beside them is of the whole execution. */
async function* detail(
  reader: Reader,
  execution: ReadSpan,
  spans: readonly ReadSpan[],
  page: readonly ReadSpan[],
): AsyncIterable<string> {
  const [parent, state] = await Promise.all([parentContext(reader, execution), lastState(reader, execution)]);
  const head = {
    span_id: execution.spanId,
    parent_context: parent,
    start: execution.startTime,
    end: execution.endTime,
    inputs: valuesOf(execution.input, execution.metadata.definition_id),
    outputs: valuesOf(execution.output, execution.metadata.definition_id),
    error: readableError(execution),
    usage_results: usageResults(spans),
    state,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"spans":[`;
  for (let from = 0; from < page.length; from += SPANS_PER_BATCH) {
    const batch = page.slice(from, from + SPANS_PER_BATCH);
    const events = await eventsOf(reader, execution.traceId, batch);
    const texts = batch.map((span) => JSON.stringify(spanOf(span, events.get(span.spanId) ?? [])));
    yield (from === 0 ? '' : ',') + texts.join(',');
  }
  yield ']}';
}

async function eventsOf(
  reader: Reader,
  traceId: string,
  spans: readonly ReadSpan[],
): Promise<ReadonlyMap<string, readonly ReadEvent[]>> {
  const bySpan = new Map<string, ReadEvent[]>(spans.map((span) => [span.spanId, []]));
  for (let offset = 0; ; offset += EVENTS_PER_PAGE) {
    const { events, total } = await reader.events({
      traceId,
      spanIds: [...bySpan.keys()],
      direction: 'asc',
      limit: EVENTS_PER_PAGE,
      offset,
    });
    for (const event of events) bySpan.get(event.spanId)?.push(event);
    if (offset + EVENTS_PER_PAGE >= total) return bySpan;
  }
}

function spanOf(span: ReadSpan, events: readonly ReadEvent[]): JsonObject {
  const label = span.name ?? '';
  const definitionId = asText(span.metadata.definition_id) ?? '';
  return {
    name: span.kind === 'workflow' ? 'workflow.execution' : 'node.execution',
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    start_ts: span.startTime,
    // The client refuses a span without an end (`protocols/vellum.md` 10): one that runs has been seen until now.
    end_ts: span.endTime ?? events.at(-1)?.timestamp ?? span.startTime,
    attributes:
      span.kind === 'workflow'
        ? { label, workflow_id: definitionId }
        : { label, filepath: null, node_id: definitionId },
    usage_result: usageResult(span),
    events: events.map(readableEvent).filter((event) => event !== undefined),
  };
}

/** The parent that any of its events names: logs have none, and the first event may be lost. */
async function parentContext(reader: Reader, { traceId, spanId }: ReadSpan): Promise<JsonValue> {
  const types = ['initiated', 'resumed', 'paused', 'fulfilled', 'rejected'].map(
    (phase) => `workflow.execution.${phase}`,
  );
  const { events } = await reader.events({
    traceId,
    spanIds: [spanId],
    types,
    direction: 'asc',
    limit: types.length,
    offset: 0,
  });
  const parents = events.map((event) => asObject(at(event.payload, 'parent')));
  return readableContext(parents.find((parent) => parent !== undefined)) ?? null;
}

/** What the execution ended with, else the last snapshot. */
async function lastState(reader: Reader, { traceId, spanId }: ReadSpan): Promise<JsonValue> {
  const last = async (phase: string, name: string) => {
    const question = { traceId, spanIds: [spanId], types: [`workflow.execution.${phase}`] } as const;
    const { events } = await reader.events({ ...question, direction: 'desc', limit: 1, offset: 0 });
    return asObject(field(asObject(at(events[0]?.payload, 'body')), name));
  };
  const [final, snapshot] = await Promise.all([last('fulfilled', 'final_state'), last('snapshotted', 'state')]);
  return final ?? snapshot ?? null;
}
