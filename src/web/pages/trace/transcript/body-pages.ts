/** Which bodies are asked for together: those of rows in a row, as many as a question may name. */

import type { TraceSummary } from '../model/outline.ts';
import { type SpanRow, traceKey } from './rows.ts';
import { hasBody } from './tell.ts';

/** The server takes 100; fewer are there sooner. */
const PAGE_SPANS = 40;
/** Of the ids in a question: proxies refuse addresses of more than 8 KiB. */
const PAGE_ID_CHARS = 5_000;

export interface BodyPage {
  /** The same when spans are added behind it. */
  readonly key: string;
  readonly trace: TraceSummary;
  readonly spanIds: readonly string[];
  readonly isRunning: boolean;
}

export interface BodyPages {
  readonly pages: readonly BodyPage[];
  /** By the key of the row. */
  readonly pageOf: ReadonlyMap<string, number>;
}

export function bodyPages(rows: readonly SpanRow[]): BodyPages {
  const pages: (BodyPage & { spanIds: string[]; isRunning: boolean; idChars: number })[] = [];
  const pageOf = new Map<string, number>();
  for (const row of rows) {
    if (!hasBody(row)) continue;
    const { trace, span, kind } = row;
    const opened = kind === 'close' ? pageOf.get(row.key.slice(0, -'|close'.length)) : undefined;
    if (opened !== undefined) {
      pageOf.set(row.key, opened);
      continue;
    }
    const idChars = encodeURIComponent(span.spanId.toWellFormed()).length;
    let page = pages.at(-1);
    const isFull = page !== undefined && (page.spanIds.length >= PAGE_SPANS || page.idChars + idChars > PAGE_ID_CHARS);
    if (page === undefined || isFull || traceKey(page.trace) !== traceKey(trace)) {
      page = { key: row.key, trace, spanIds: [], isRunning: false, idChars: 0 };
      pages.push(page);
    }
    page.spanIds.push(span.spanId);
    page.idChars += idChars;
    page.isRunning ||= span.status === 'running';
    pageOf.set(row.key, pages.length - 1);
  }
  return { pages, pageOf };
}
