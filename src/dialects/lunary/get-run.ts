/** One run, and what stands around it (`protocols/lunary.md` 3.1). */

import { groupBy } from '../../canonical/group-by.ts';
import { refuse } from '../../canonical/outcome.ts';
import { microsFromIso } from '../../canonical/time.ts';
import { traceSpansMax } from '../../limits.ts';
import type { Condition, Reader, ReadSpan } from '../reader.ts';
import { allSpans } from './all-pages.ts';
import { findRun, findThread } from './find-run.ts';
import { vendorUuid } from './ids.ts';
import { aroundOf, rowsOf } from './list-runs.ts';
import { type Asked, json } from './read-route.ts';
import { type RunBody, runBody } from './run-body.ts';
import { byStart, isThread, readThreads, type Thread, threadBody, usersOfThread } from './threads.ts';
import { typeOf } from './types.ts';

export const RUN_NOT_FOUND = refuse('not-found', 'Run not found');

export type Found = { readonly run: ReadSpan } | { readonly thread: Thread };

/** A run, or a thread, which is more than its own run if it has one. */
export async function findAny(reader: Reader, id: string, key: string | undefined): Promise<Found | undefined> {
  const run = await findRun(reader, id, key);
  // Of a thread there may be feedback that came before its messages: a run without a type.
  if (run !== undefined && !isThread(run) && typeOf(run) !== null) return { run };
  const threadId = (run !== undefined && isThread(run) ? run.spanId : undefined) ?? (await findThread(reader, id, key));
  const [thread] = await readThreads(reader, threadIdList(threadId));
  if (thread !== undefined) return { thread };
  return run === undefined ? undefined : { run };
}

const threadIdList = (id: string | undefined) => (id === undefined ? [] : [id]);

export async function getRun(asked: Asked) {
  const found = await findAny(asked.reader, asked.id, asked.key);
  if (found === undefined) return RUN_NOT_FOUND;
  if ('thread' in found) {
    const body = threadBody(found.thread, await aroundOf(asked, usersOfThread(found.thread)));
    return json({ ...body, traceId: body.id });
  }
  const { run } = found;
  const around = await aroundOf(asked, run.userId === null ? [] : [run.userId]);
  return json({ ...runBody(run, around), traceId: vendorUuid(run.traceId) });
}

/** 204 when nobody has said anything, as the vendor's SDKs know it. */
export async function getFeedback({ reader, id, key }: Asked) {
  const found = await findAny(reader, id, key);
  if (found === undefined) return RUN_NOT_FOUND;
  const feedback = ('run' in found ? found.run : found.thread.own)?.feedback ?? null;
  return feedback === null ? { ok: true as const, value: { status: 204 } } : json(feedback);
}

/** The run and everything below it, by time, flat. */
export async function getRelated(asked: Asked) {
  const found = await findAny(asked.reader, asked.id, asked.key);
  if (found === undefined) return RUN_NOT_FOUND;
  const spans =
    'run' in found ? await withDescendants(asked.reader, [found.run]) : await ofThread(asked.reader, found.thread);
  const around = await aroundOf(
    asked,
    spans.flatMap((span) => span.userId ?? []),
  );
  const head = 'thread' in found ? [threadBody(found.thread, around)] : [];
  return json([...head, ...spans.map((span) => runBody(span, around))].map(related));
}

/** Token counts stand beside the others' shape here. */
function related(body: RunBody) {
  const { prompt, completion } = body.tokens;
  return { ...body, promptTokens: prompt, completionTokens: completion };
}

export function ofThread(reader: Reader, { spans, own }: Thread): Promise<readonly ReadSpan[]> {
  return withDescendants(reader, own === undefined ? spans : [own, ...spans]);
}

/** The spans and all below them, by time, up to `max`. */
export async function withDescendants(
  reader: Reader,
  tops: readonly ReadSpan[],
  max = traceSpansMax,
): Promise<readonly ReadSpan[]> {
  const found = new Map(tops.map((span) => [span.spanId, span]));
  const traceIds = [...new Set(tops.map((span) => span.traceId))];
  const traces: ReadSpan[] = [];
  if (traceIds.length > 0)
    for await (const page of allSpans(reader, { field: 'traceId', in: traceIds })) {
      traces.push(...page);
      if (traces.length >= max) break;
    }
  for (const span of below(traces, found)) found.set(span.spanId, span);
  return [...found.values()].sort(byStart);
}

/** Spans with one of `tops` above them, each once. */
function below(trace: readonly ReadSpan[], tops: ReadonlyMap<string, ReadSpan>): readonly ReadSpan[] {
  const children = groupBy(trace, (span) => span.parentSpanId);
  const found = new Map<string, ReadSpan>();
  const open = trace.filter((span) => tops.has(span.spanId)).map((span) => span.spanId);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of children.get(id) ?? []) {
      if (found.has(child.spanId) || tops.has(child.spanId)) continue;
      found.set(child.spanId, child);
      open.push(child.spanId);
    }
  }
  return [...found.values()];
}

/** In the list that the query describes, newest first: `nextId` is the newer one, as the vendor has it. */
export async function getNeighbors(asked: Asked) {
  const run = await findRun(asked.reader, asked.id, asked.key);
  if (run === undefined) return RUN_NOT_FOUND;
  const { where } = await rowsOf(asked);
  const [older, newer] = await Promise.all([neighbor(asked, where, run, 'lte'), neighbor(asked, where, run, 'gte')]);
  return json({ previousId: older, nextId: newer });
}

async function neighbor({ reader }: Asked, where: Condition, run: ReadSpan, op: 'lte' | 'gte'): Promise<string | null> {
  const value = microsFromIso(run.startTime) ?? 0;
  const beyond: Condition = {
    all: [where, { field: 'start', op, value }, { not: { field: 'spanId', in: [run.spanId] } }],
  };
  const orderBy = { field: 'start', direction: op === 'gte' ? 'asc' : 'desc' } as const;
  const candidates = await reader.spans({ where: beyond, orderBy, limit: SAME_MOMENT_MAX, offset: 0 });
  // Runs of one moment stand in the order of their ids.
  const beyondIt = candidates.filter(
    (span) => span.startTime !== run.startTime || (op === 'gte' ? span.spanId < run.spanId : span.spanId > run.spanId),
  );
  const nearest = beyondIt.filter((span) => span.startTime === beyondIt[0]?.startTime).sort(byStart);
  const found = op === 'gte' ? nearest.at(-1) : nearest[0];
  return found === undefined ? null : vendorUuid(found.spanId);
}

const SAME_MOMENT_MAX = 100;
