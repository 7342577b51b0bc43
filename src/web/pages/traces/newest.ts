/** How a newly asked first page joins the traces that are there already. Pure: used by the live list. */

import type { TraceSummary } from '../../../query/trace-summary.ts';

export interface TracePage {
  readonly data: readonly TraceSummary[];
  readonly nextCursor: string | null;
}

/** Two vendors may use one trace id. */
export function keyOf(trace: TraceSummary): string {
  return `${trace.dialect}|${trace.traceId}`;
}

/** Newest first, as the API sorts. */
function byTime(a: TraceSummary, b: TraceSummary): number {
  if (a.startTime !== b.startTime) return a.startTime < b.startTime ? 1 : -1;
  return keyOf(a) < keyOf(b) ? 1 : -1;
}

/** Those of `fresh` that the list does not have. */
export function unseen(pages: readonly TracePage[], fresh: TracePage): readonly TraceSummary[] {
  const known = new Set(pages.flatMap(({ data }) => data.map(keyOf)));
  return fresh.data.filter((trace) => !known.has(keyOf(trace)));
}

/** The old object where nothing changed, so that its row is not painted again. */
function sameOr(before: TraceSummary | undefined, now: TraceSummary): TraceSummary {
  return before !== undefined && JSON.stringify(now) === JSON.stringify(before) ? before : now;
}

/** Only what is shown already changes: nothing moves. */
export function updated(pages: readonly TracePage[], fresh: TracePage): readonly TracePage[] {
  const now = new Map(fresh.data.map((trace) => [keyOf(trace), trace]));
  return pages.map((page) => {
    const data = page.data.map((trace) => sameOr(trace, now.get(keyOf(trace)) ?? trace));
    return data.every((trace, place) => trace === page.data[place]) ? page : { ...page, data };
  });
}

/**
 * The whole list with `fresh` on top. What lies in the time of `fresh` and is not in it does not match any more. When the
 * two have nothing in common there may be others between them, so the list begins anew.
 */
export function merged(pages: readonly TracePage[], fresh: TracePage): readonly TracePage[] {
  const before = new Map(pages.flatMap(({ data }) => data.map((trace) => [keyOf(trace), trace])));
  const data = fresh.data.map((trace) => sameOr(before.get(keyOf(trace)), trace));
  const inFresh = new Set(data.map(keyOf));
  const [first] = pages;
  const oldest = data.at(-1);
  const isApart = data.every((trace) => !before.has(keyOf(trace)));
  if (first === undefined || fresh.nextCursor === null || oldest === undefined || isApart) return [{ ...fresh, data }];
  const older = pages.map((page) => {
    const left = page.data.filter((trace) => !inFresh.has(keyOf(trace)) && byTime(trace, oldest) > 0);
    return left.length === page.data.length ? page : { ...page, data: left };
  });
  const [olderFirst = first, ...rest] = older;
  return [{ ...olderFirst, data: [...data, ...olderFirst.data] }, ...rest];
}
