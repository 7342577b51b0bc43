/** The lines of a transcript of one or of many traces, in their order. */

import type { OutlineSpan, TraceSummary } from '../model/outline.ts';
import { type SpanRow, spanRows, traceKey } from './rows.ts';

export interface TranscriptPart {
  readonly trace: TraceSummary;
  /** `undefined` until they are here. */
  readonly spans: readonly OutlineSpan[] | undefined;
  readonly error?: unknown;
}

export type Item =
  | { readonly kind: 'trace'; readonly key: string; readonly trace: TraceSummary; readonly number: number }
  | { readonly kind: 'pending'; readonly key: string; readonly error: unknown }
  | { readonly kind: 'row'; readonly key: string; readonly row: SpanRow }
  | { readonly kind: 'end'; readonly key: string };

/** `isSession`: each trace has a heading. */
export function itemsOf(parts: readonly TranscriptPart[], isSession: boolean, hasEnd: boolean): readonly Item[] {
  const items: Item[] = [];
  parts.forEach(({ trace, spans, error }, index) => {
    const key = traceKey(trace);
    if (isSession) items.push({ kind: 'trace', key: `${key}|trace`, trace, number: index + 1 });
    if (spans === undefined) items.push({ kind: 'pending', key: `${key}|pending`, error });
    else for (const row of rowsOf(trace, spans)) items.push({ kind: 'row', key: row.key, row });
  });
  if (hasEnd) items.push({ kind: 'end', key: 'end' });
  return items;
}

/** The traces before the one that has just come stay as they are. */
const known = new WeakMap<readonly OutlineSpan[], readonly SpanRow[]>();

function rowsOf(trace: TraceSummary, spans: readonly OutlineSpan[]): readonly SpanRow[] {
  const found = known.get(spans);
  if (found !== undefined) return found;
  const rows = spanRows(trace, spans);
  known.set(spans, rows);
  return rows;
}

const ESTIMATED_PX = { open: 90, close: 32, turn: 150, message: 80, step: 32 } as const;

export function estimatedPx(item: Item | undefined): number {
  if (item?.kind === 'row') return ESTIMATED_PX[item.row.kind];
  return item?.kind === 'trace' ? 48 : 120;
}
