/**
 * Spans as a tree, in the order in which they were given (by start). A span whose parent is not among them is a root: the
 * parent may never have been sent. No recursion, depth is up to strangers.
 */

import { groupBy } from '../canonical/group-by.ts';

export interface TreeSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
}

export interface Branch<Span> {
  readonly span: Span;
  /** What stands before the span's own line, and before further lines that belong to it. */
  readonly prefix: string;
  readonly continuation: string;
  /** It names a parent that is not there. */
  readonly isOrphan: boolean;
}

interface Open<Span> {
  readonly span: Span;
  readonly depth: number;
  /** Of the innermost levels: whether a line goes on below. */
  readonly lines: readonly boolean[];
  readonly isLast: boolean;
}

/** Deeper levels are drawn from here on at the same indentation, with their depth. */
const LEVELS_DRAWN_MAX = 16;

export function* branches<Span extends TreeSpan>(spans: readonly Span[]): Generator<Branch<Span>> {
  const ids = new Set(spans.map((span) => span.spanId));
  const parentOf = ({ parentSpanId, spanId }: Span) =>
    parentSpanId !== null && parentSpanId !== spanId && ids.has(parentSpanId) ? parentSpanId : undefined;
  const children = groupBy(spans, parentOf);
  const open: Open<Span>[] = level(children.get(undefined) ?? [], 0, []);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { span, depth, lines, isLast } = next;
    const outer = `${depth > LEVELS_DRAWN_MAX ? `(${depth}) ` : ''}${lines.map((goesOn) => (goesOn ? '│  ' : '   ')).join('')}`;
    const below = depth === 0 ? [] : [...lines, !isLast].slice(-LEVELS_DRAWN_MAX);
    const nested = level(children.get(span.spanId) ?? [], depth + 1, below);
    children.delete(span.spanId); // two spans of one id must not both own them
    open.push(...nested);
    const own = depth === 0 ? '' : isLast ? '└─ ' : '├─ ';
    const goesOn = `${depth === 0 ? '' : isLast ? '   ' : '│  '}${nested.length > 0 ? '│  ' : '   '}`;
    yield {
      span,
      prefix: outer + own,
      continuation: outer + goesOn,
      isOrphan: span.parentSpanId !== null && parentOf(span) === undefined,
    };
  }
}

/** Last first, as they are taken from the end. */
function level<Span>(spans: readonly Span[], depth: number, lines: readonly boolean[]): Open<Span>[] {
  return spans.map((span, i) => ({ span, depth, lines, isLast: i === spans.length - 1 })).reverse();
}
