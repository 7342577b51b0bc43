/**
 * Threads: what the vendor keeps as rows of their own is put together from their messages here (`protocols/lunary.md` 2.8),
 * so that no message can wipe what another one said about the thread.
 */

import { annotatedTags } from '../../canonical/annotations.ts';
import { asObject, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { traceSpansMax } from '../../limits.ts';
import type { Condition, Reader, ReadSpan, Tally } from '../reader.ts';
import { allGroups, allSpans } from './all-pages.ts';
import { vendorUuid } from './ids.ts';
import { messagesOf } from './message.ts';
import type { Asked } from './read-route.ts';
import { type Around, type RunBody, runBody } from './run-body.ts';
import { isoMs } from './time.ts';
import { THREAD_TYPES, typeOf } from './types.ts';

export interface Thread {
  /** As it was sent. */
  readonly id: string;
  /** By time, without the thread's own run of the deprecated API. */
  readonly spans: readonly ReadSpan[];
  readonly own: ReadSpan | undefined;
  /** Tokens and cost of everything below its messages. */
  readonly sums: Pick<
    Tally,
    'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'totalTokens' | 'costUsd'
  >;
}

export interface ThreadBody extends RunBody {
  readonly parentFeedback: null;
  readonly feedbacks: readonly JsonObject[] | null;
  readonly firstMessage: JsonValue;
  readonly messagesCount: number;
  readonly messages?: readonly JsonObject[];
}

export const IN_THREAD: Condition = { not: { field: 'sessionId', in: [''] } };
const NO_SUMS: Thread['sums'] = {
  ...{ inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, totalTokens: 0 },
  costUsd: null,
};

/** In the order of `ids`; none for ids without a message. */
export async function readThreads(reader: Reader, ids: readonly string[]): Promise<readonly Thread[]> {
  if (ids.length === 0) return [];
  const spans = await spansOf(reader, ids);
  const sums = await sumsOf(reader, spans);
  return ids.flatMap((id) => {
    const all = spans.filter((span) => span.sessionId === id).sort(byStart);
    const own = all.find((span) => span.spanId === id && isThread(span));
    const said = all.filter((span) => span !== own);
    return all.length === 0 ? [] : [{ id, spans: said, own, sums: added(said.map((span) => sums.get(span.traceId))) }];
  });
}

export function isThread(span: ReadSpan): boolean {
  return THREAD_TYPES.includes(typeOf(span) ?? '');
}

async function spansOf(reader: Reader, ids: readonly string[]): Promise<readonly ReadSpan[]> {
  const spans: ReadSpan[] = [];
  for await (const page of allSpans(reader, { field: 'sessionId', in: ids })) {
    spans.push(...page);
    if (spans.length >= traceSpansMax) break;
  }
  return spans;
}

async function sumsOf(reader: Reader, spans: readonly ReadSpan[]): Promise<ReadonlyMap<string | null, Tally>> {
  const traceIds = [...new Set(spans.map((span) => span.traceId))];
  if (traceIds.length === 0) return new Map();
  const groups = await allGroups(
    reader,
    { where: { field: 'traceId', in: traceIds }, by: ['traceId'] },
    traceIds.length,
  );
  return new Map(groups.map((tally) => [tally.group[0] ?? null, tally]));
}

function added(tallies: readonly (Tally | undefined)[]): Thread['sums'] {
  return [...new Set(tallies)].reduce<Thread['sums']>(
    (sum, tally) =>
      tally === undefined
        ? sum
        : {
            inputTokens: sum.inputTokens + tally.inputTokens,
            outputTokens: sum.outputTokens + tally.outputTokens,
            cacheReadTokens: sum.cacheReadTokens + tally.cacheReadTokens,
            cacheWriteTokens: sum.cacheWriteTokens + tally.cacheWriteTokens,
            totalTokens: sum.totalTokens + tally.totalTokens,
            costUsd: tally.costUsd === null ? sum.costUsd : (sum.costUsd ?? 0) + tally.costUsd,
          },
    NO_SUMS,
  );
}

export function byStart(a: ReadSpan, b: ReadSpan): number {
  return a.startTime.localeCompare(b.startTime) || a.spanId.localeCompare(b.spanId);
}

/** Users of its spans, for `usersOf`. */
export function usersOfThread({ spans, own }: Thread): readonly string[] {
  return [...spans, ...(own === undefined ? [] : [own])].flatMap((span) => span.userId ?? []);
}

/** The latest word counts: user and input are those of the last span that has one. */
export function threadBody(thread: Thread, around: Around): ThreadBody {
  const { id, spans, own, sums } = thread;
  const all = own === undefined ? spans : [own, ...spans];
  const [earliest] = [...all].sort(byStart);
  const messages = spans.flatMap((span) => messagesOf(span));
  const userId = all.findLast((span) => span.userId !== null)?.userId ?? undefined;
  const ends = all.flatMap((span) => span.endTime ?? []).sort();
  const feedbacks = spans.map((span) => span.feedback).filter((feedback) => feedback !== null);
  const metadata = Object.assign({}, ...all.map((span) => asObject(field(span.metadata, 'threadMetadata')) ?? {}));
  const ownBody = own === undefined ? undefined : runBody(own, around);
  const last = messages.at(-1)?.message;
  return {
    ...(ownBody ?? EMPTY),
    id: vendorUuid(id),
    projectId: around.projectId ?? null,
    type: ownBody?.type ?? 'thread',
    createdAt: isoMs(earliest?.startTime ?? ''),
    endedAt: ends.length === 0 ? null : isoMs(ends.at(-1) ?? ''),
    cost: sums.costUsd,
    tokens: {
      prompt: orNull(sums.inputTokens, sums),
      cachedPrompt: sums.cacheReadTokens + sums.cacheWriteTokens,
      completion: orNull(sums.outputTokens, sums),
      total: sums.totalTokens,
    },
    tags: nullIfEmpty(
      annotatedTags(
        all.flatMap((span) => span.tags),
        own?.annotations ?? {},
      ),
    ),
    input: last ?? ownBody?.input ?? null,
    status: null,
    metadata: Object.keys(metadata).length === 0 ? (ownBody?.metadata ?? null) : metadata,
    user: (userId === undefined ? undefined : around.users.get(userId)) ?? null,
    parentFeedback: null,
    feedbacks: nullIfEmpty(feedbacks),
    firstMessage: messages[0]?.message ?? null,
    messagesCount: messages.length,
  };
}

/** The conversation, for exports: each message with its id and the feedback on it. */
export function withMessages(body: ThreadBody, { spans }: Thread): ThreadBody {
  const messages = spans.flatMap((span) =>
    messagesOf(span).map(({ message }) => ({
      id: vendorUuid(span.spanId),
      ...message,
      createdAt: isoMs(span.startTime),
      ...(span.feedback === null ? {} : { feedback: span.feedback }),
    })),
  );
  return { ...body, messages };
}

function orNull(count: number, { totalTokens }: Thread['sums']): number | null {
  return totalTokens === 0 ? null : count;
}

function nullIfEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

const EMPTY: Omit<RunBody, 'id' | 'createdAt'> = {
  ...{ projectId: null, parentRunId: null, isPublic: false, feedback: null, type: 'thread', name: null, endedAt: null },
  ...{ duration: null, templateVersionId: null, templateSlug: null, cost: null, tags: null, input: null, output: null },
  tokens: { prompt: null, cachedPrompt: 0, completion: null, total: 0 },
  toxicity: { input: {}, output: {} },
  ...{ error: null, status: null, params: {}, metadata: null, user: null, scores: [] },
};

/** Ids of threads with a span that matches, by their first one that does. */
export async function threadIds(
  { reader }: Pick<Asked, 'reader'>,
  where: Condition,
  orderBy: { readonly field: 'firstSeen' | 'count' | 'costUsd'; readonly direction: 'asc' | 'desc' },
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly ids: readonly string[]; readonly total: number }> {
  const question = { where: { all: [IN_THREAD, where] }, by: ['sessionId'], orderBy, ...page } as const;
  const { groups, total } = await reader.tally(question);
  return { ids: groups.flatMap(({ group: [id] }) => id ?? []), total };
}
