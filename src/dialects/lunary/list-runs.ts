/** `GET /v1/runs` and `/count` (`protocols/lunary.md` 3.1, 3.2). */

import type { Condition, NumberField, ReadSpan, SpanQuestion } from '../reader.ts';
import { filtersOf } from './filters.ts';
import { findRun, findThread } from './find-run.ts';
import { storedIdsOf } from './ids.ts';
import { usersOf } from './people.ts';
import { pageOf, textOf } from './query.ts';
import { type Asked, json } from './read-route.ts';
import { type Around, type RunBody, runBody } from './run-body.ts';
import { readThreads, type ThreadBody, threadBody, threadIds, usersOfThread } from './threads.ts';
import { hasType } from './types.ts';

const LIMIT_DEFAULT = 50;
const SORT_FIELDS: Readonly<Record<string, NumberField>> = {
  createdAt: 'start',
  duration: 'durationMs',
  tokens: 'totalTokens',
  cost: 'costUsd',
};
const THREAD_SORT_FIELDS: Readonly<Record<string, 'firstSeen' | 'count' | 'costUsd'>> = {
  createdAt: 'firstSeen',
  messagesCount: 'count',
  cost: 'costUsd',
};

export interface Rows {
  readonly wantsThreads: boolean;
  readonly where: Condition;
}

/** A run in a list tells what its parent was said to be like, too. */
export interface ListedRun extends RunBody {
  readonly parentFeedback: RunBody['feedback'];
  readonly feedbacks: readonly NonNullable<RunBody['feedback']>[] | null;
}

/** Which rows a query is about. Without any filter these are calls to models. */
export async function rowsOf(asked: Asked): Promise<Rows> {
  const { wantsThreads, isEmpty, where } = await filtersOf(asked.query, asked);
  const parent = textOf(asked.query, 'parentRunId');
  const below = parent === undefined ? [] : [await childrenOf(asked, parent)];
  const chosen = isEmpty && parent === undefined ? hasType('llm') : where;
  return { wantsThreads, where: { all: [chosen, ...below] } };
}

/** Runs below a run, and what stands in a thread. */
async function childrenOf({ reader, key }: Asked, id: string): Promise<Condition> {
  const [run, thread] = [await findRun(reader, id, key), await findThread(reader, id, key)];
  const parents = [...storedIdsOf(id, key), ...(run === undefined ? [] : [run.spanId])];
  const isChild: Condition = { field: 'parentSpanId', in: parents };
  if (thread === undefined) return isChild;
  const isOwn: Condition = { field: 'spanId', in: [thread] };
  return { any: [isChild, { all: [{ field: 'sessionId', in: [thread] }, { not: isOwn }] }] };
}

export async function listRuns(asked: Asked) {
  const page = pageOf(asked.query, LIMIT_DEFAULT);
  if (!page.ok) return page;
  const rows = await rowsOf(asked);
  const { data, total } = rows.wantsThreads
    ? await listThreads(asked, rows.where, page.value)
    : await listSpans(asked, rows.where, page.value);
  return json({ total, page: page.value.page, limit: page.value.limit, data });
}

async function listSpans(asked: Asked, where: Condition, { limit, offset }: { limit: number; offset: number }) {
  const question: SpanQuestion = { where, ...sorting(asked.query), limit, offset };
  const [spans, total] = await Promise.all([
    limit === 0 ? [] : asked.reader.spans(question),
    asked.reader.countSpans(where),
  ]);
  return { data: await listed(asked, spans), total };
}

async function listThreads(asked: Asked, where: Condition, page: { limit: number; offset: number }) {
  const chosen = textOf(asked.query, 'sortField') ?? '';
  const field = Object.hasOwn(THREAD_SORT_FIELDS, chosen) ? THREAD_SORT_FIELDS[chosen] : undefined;
  const orderBy = {
    field: field ?? 'firstSeen',
    direction: field === undefined ? 'desc' : direction(asked.query),
  } as const;
  const { ids, total } = await threadIds(asked, where, orderBy, page);
  return { data: await threadBodies(asked, ids), total };
}

export async function threadBodies(asked: Asked, ids: readonly string[]): Promise<readonly ThreadBody[]> {
  const threads = await readThreads(asked.reader, ids);
  const around = await aroundOf(asked, threads.flatMap(usersOfThread));
  return threads.map((thread) => threadBody(thread, around));
}

export async function aroundOf(asked: Asked, userIds: readonly string[]): Promise<Around> {
  return { projectId: asked.projectId, users: await usersOf(userIds, asked) };
}

export async function listed(asked: Asked, spans: readonly ReadSpan[]): Promise<readonly ListedRun[]> {
  const parents = spans.flatMap((span) => span.parentSpanId ?? []);
  const [around, above] = await Promise.all([
    aroundOf(
      asked,
      spans.flatMap((span) => span.userId ?? []),
    ),
    parents.length === 0 ? [] : asked.reader.spansById([...new Set(parents)]),
  ]);
  const feedback = new Map(above.map((span) => [span.spanId, span.feedback]));
  return spans.map((span) => ({
    ...runBody(span, around),
    parentFeedback: feedback.get(span.parentSpanId ?? '') ?? null,
    feedbacks: span.feedback === null ? null : [span.feedback],
  }));
}

/** Newest first; a chosen field sorts upwards unless the query says otherwise. */
function sorting(query: URLSearchParams): Pick<SpanQuestion, 'orderBy'> {
  const chosen = textOf(query, 'sortField') ?? '';
  const field = Object.hasOwn(SORT_FIELDS, chosen) ? SORT_FIELDS[chosen] : undefined;
  return field === undefined ? {} : { orderBy: { field, direction: direction(query) } };
}

function direction(query: URLSearchParams): 'asc' | 'desc' {
  return textOf(query, 'sortDirection')?.toLowerCase() === 'desc' ? 'desc' : 'asc';
}

/** A bare number. */
export async function countRuns(asked: Asked) {
  const { wantsThreads, where } = await rowsOf(asked);
  if (!wantsThreads) return json(await asked.reader.countSpans(where));
  const { total } = await threadIds(asked, where, { field: 'firstSeen', direction: 'desc' }, { limit: 1, offset: 0 });
  return json(total);
}
