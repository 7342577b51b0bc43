/** `GET /v1/runs/export`: all runs that a query describes, as a file that is written while it is read (`protocols/lunary.md` 3.1). */

import { csvRow } from '../../canonical/csv.ts';
import { groupBy } from '../../canonical/group-by.ts';
import { isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { type Outcome, ok } from '../../canonical/outcome.ts';
import type { Reply } from '../dialect.ts';
import type { Condition, ReadSpan } from '../reader.ts';
import { allSpans } from './all-pages.ts';
import { aroundOf, listed, rowsOf } from './list-runs.ts';
import { messagesOf } from './message.ts';
import { oneOf, textOf } from './query.ts';
import type { Asked } from './read-route.ts';
import { type RunBody, runBody } from './run-body.ts';
import { readThreads, threadBody, threadIds, usersOfThread, withMessages } from './threads.ts';

const FORMATS = ['csv', 'jsonl', 'ojsonl'] as const;
type Format = (typeof FORMATS)[number];
const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  ojsonl: 'application/jsonl; charset=utf-8',
};
/** Read at once, with inputs and outputs. */
const PAGE_ROWS = 200;
const THREADS_AT_ONCE = 20;

/** A run with what a file of its kind has besides: children of a trace, messages of a thread. */
interface Row {
  readonly body: RunBody;
  readonly children?: readonly RunTree[];
  /** As OpenAI's fine-tuning takes them; none for a run that is no chat. */
  readonly dialogue: readonly JsonObject[] | undefined;
}

export async function exportRuns(asked: Asked): Promise<Outcome<Reply>> {
  const format = formatOf(asked.query);
  if (!format.ok) return format;
  const { wantsThreads, where } = await rowsOf(asked);
  const isTrace = asked.query.get('type') === 'trace';
  const rows = wantsThreads ? threadRows(asked, where) : runRows(asked, where, isTrace);
  const extension = format.value === 'csv' ? 'csv' : 'jsonl';
  const headers = {
    'content-type': CONTENT_TYPES[format.value],
    'content-disposition': `attachment; filename="lunary-export.${extension}"`,
  };
  return ok({ status: 200, headers, stream: written(rows, format.value) });
}

/** The docs call it `exportType` (3.2). */
function formatOf(query: URLSearchParams): Outcome<Format> {
  const name = textOf(query, 'exportFormat') === undefined ? 'exportType' : 'exportFormat';
  return textOf(query, name) === undefined ? ok('jsonl') : oneOf(query, name, FORMATS);
}

async function* written(pages: AsyncIterable<readonly Row[]>, format: Format): AsyncGenerator<string> {
  if (format === 'csv') yield csvRow(COLUMNS.map(([name]) => name));
  for await (const rows of pages) yield rows.map((row) => line(row, format)).join('');
}

function line(row: Row, format: Format): string {
  if (format === 'csv') return csvRow(COLUMNS.map(([, read]) => read(row.body)));
  if (format === 'ojsonl') return row.dialogue === undefined ? '' : `${JSON.stringify({ messages: row.dialogue })}\n`;
  const children = row.children === undefined ? {} : { children: row.children };
  return `${JSON.stringify({ ...row.body, ...children })}\n`;
}

const COLUMNS: readonly (readonly [name: string, read: (run: RunBody) => unknown])[] = [
  ['id', ({ id }) => id],
  ['parentRunId', ({ parentRunId }) => parentRunId],
  ['type', ({ type }) => type],
  ['name', ({ name }) => name],
  ['status', ({ status }) => status],
  ['createdAt', ({ createdAt }) => createdAt],
  ['endedAt', ({ endedAt }) => endedAt],
  ['duration', ({ duration }) => duration],
  ['promptTokens', ({ tokens }) => tokens.prompt],
  ['cachedPromptTokens', ({ tokens }) => tokens.cachedPrompt],
  ['completionTokens', ({ tokens }) => tokens.completion],
  ['totalTokens', ({ tokens }) => tokens.total],
  ['cost', ({ cost }) => cost],
  ['userId', ({ user }) => user?.externalId],
  ['tags', ({ tags }) => tags],
  ['input', ({ input }) => input],
  ['output', ({ output }) => output],
  ['error', ({ error }) => error],
  ['params', ({ params }) => params],
  ['metadata', ({ metadata }) => metadata],
  ['feedback', ({ feedback }) => feedback],
  ['scores', ({ scores }) => (scores.length === 0 ? null : scores)],
];

async function* runRows(asked: Asked, where: Condition, isTrace: boolean): AsyncGenerator<readonly Row[]> {
  for await (const spans of allSpans(asked.reader, where, PAGE_ROWS)) {
    const bodies = await listed(asked, spans);
    const rows: Row[] = [];
    for (const [i, span] of spans.entries()) {
      const body = bodies[i];
      if (body === undefined) continue;
      const children = isTrace ? { children: await childrenOf(asked, span) } : {};
      rows.push({ body, ...children, dialogue: dialogueOf([...messages(span.input), ...messages(span.output)]) });
    }
    yield rows;
  }
}

/** Deeper runs stand beside their parents: a tree of thousands of levels could not be written, nor be read. */
const DEPTH_MAX = 200;

interface RunTree extends RunBody {
  readonly children: RunTree[];
}

/** The tree below a span, each run with its own children. */
async function childrenOf(asked: Asked, top: ReadSpan): Promise<readonly RunTree[]> {
  const trace = (await asked.reader.trace(top.traceId)) ?? [];
  const around = await aroundOf(
    asked,
    trace.flatMap((span) => span.userId ?? []),
  );
  const below = groupBy(trace, (span) => span.parentSpanId);
  const roots: RunTree[] = [];
  const seen = new Set([top.spanId]);
  const open: { readonly id: string; readonly into: RunTree[]; readonly depth: number }[] = [
    { id: top.spanId, into: roots, depth: 1 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const span of below.get(next.id) ?? []) {
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      const tree: RunTree = { ...runBody(span, around), children: [] };
      next.into.push(tree);
      open.push({ id: span.spanId, into: next.depth < DEPTH_MAX ? tree.children : next.into, depth: next.depth + 1 });
    }
  }
  return roots;
}

async function* threadRows(asked: Asked, where: Condition): AsyncGenerator<readonly Row[]> {
  for (let offset = 0; ; offset += THREADS_AT_ONCE) {
    const page = { limit: THREADS_AT_ONCE, offset };
    const { ids, total } = await threadIds(asked, where, { field: 'firstSeen', direction: 'asc' }, page);
    const threads = await readThreads(asked.reader, ids);
    const around = await aroundOf(asked, threads.flatMap(usersOfThread));
    yield threads.map((thread) => ({
      body: withMessages(threadBody(thread, around), thread),
      dialogue: dialogueOf(thread.spans.flatMap((span) => messagesOf(span).map(({ message }) => message))),
    }));
    if (ids.length === 0 || offset + ids.length >= total) return;
  }
}

function messages(value: JsonValue): readonly JsonValue[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Only if every part is a message. */
function dialogueOf(parts: readonly JsonValue[]): readonly JsonObject[] | undefined {
  const isMessage = (part: JsonValue) => isObject(part) && typeof part.role === 'string';
  if (parts.length === 0 || !parts.every(isMessage)) return undefined;
  return parts.flatMap((part) => (isObject(part) ? [snakeCased(part)] : []));
}

const SNAKE_CASE: Readonly<Record<string, string>> = {
  toolCalls: 'tool_calls',
  toolCallId: 'tool_call_id',
  functionCall: 'function_call',
};

/** As OpenAI spells the keys of a message. */
function snakeCased(message: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [SNAKE_CASE[name] ?? name, value]));
}
