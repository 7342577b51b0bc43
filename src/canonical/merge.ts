/**
 * The join of fragments into a span. It is a semilattice: commutative, associative, idempotent (property-tested), so
 * spans do not depend on the order of arrival, on repeated deliveries, or on how batches were cut. The store's columns
 * do the same join on rows (`max` of tuples, `min`, `max`, set union), so folding here is only saving rows.
 */

import { type SpanFragment, TEXT_REGISTERS, type TextRegister } from './span.ts';
import { clampMicros, type Micros } from './time.ts';
import { USAGE_FIELDS } from './usage.ts';

/** A register of the store: compared left to right, so the value breaks ties the same way everywhere. */
export type TextTuple = readonly [rank: number, time: Micros, value: string];
/** Counts in the order of `USAGE_FIELDS`, -1 for "not said". */
export type UsageTuple = readonly [rank: number, time: Micros, ...counts: number[]];
export type NumberTuple = readonly [rank: number, time: Micros, value: number];

export interface FoldedSpan {
  start: Micros;
  end: Micros | undefined;
  readonly text: Map<TextRegister, TextTuple>;
  usage: UsageTuple | undefined;
  duration: NumberTuple | undefined;
  readonly tags: Set<string>;
  /** Keyed by their own text, to keep each once. */
  readonly metadata: Map<string, TextTuple>;
  readonly feedback: Map<string, TextTuple>;
  readonly steps: Set<number>;
  parentStep: NumberTuple | undefined;
}

const EXPLICIT_PARENT_RANK = 2;

export function emptySpan(): FoldedSpan {
  return {
    start: Number.MAX_SAFE_INTEGER,
    end: undefined,
    text: new Map(),
    usage: undefined,
    duration: undefined,
    tags: new Set(),
    metadata: new Map(),
    feedback: new Map(),
    steps: new Set(),
    parentStep: undefined,
  };
}

/** Joins a fragment into `span`, in place. */
export function joinFragment(span: FoldedSpan, fragment: SpanFragment): void {
  const time = clampMicros(fragment.time);
  const rankOf = (register: TextRegister | 'usage' | 'durationMicros'): number =>
    fragment.ranks?.[register] ?? fragment.rank;
  span.start = Math.min(span.start, clampMicros(fragment.start));
  if (fragment.end !== undefined) span.end = Math.max(span.end ?? clampMicros(fragment.end), clampMicros(fragment.end));
  for (const name of TEXT_REGISTERS) {
    const value = fragment.text[name];
    if (value === undefined) continue;
    const tuple: TextTuple = [rankOf(name), time, value];
    const known = span.text.get(name);
    if (known === undefined || isGreater(tuple, known)) span.text.set(name, tuple);
  }
  if (fragment.usage !== undefined) {
    const counts = USAGE_FIELDS.map((name) => fragment.usage?.[name] ?? -1);
    span.usage = greater(span.usage, [rankOf('usage'), time, ...counts]);
  }
  if (fragment.durationMicros !== undefined) {
    span.duration = greater(span.duration, [rankOf('durationMicros'), time, Math.round(fragment.durationMicros)]);
  }
  for (const tag of fragment.tags ?? []) span.tags.add(tag);
  if (fragment.metadata !== undefined) addPatch(span.metadata, [fragment.rank, time, fragment.metadata]);
  if (fragment.feedback !== undefined) addPatch(span.feedback, [fragment.rank, time, fragment.feedback]);
  if (fragment.step !== undefined) span.steps.add(fragment.step);
  if (fragment.parentStep !== undefined)
    span.parentStep = greater(span.parentStep, [EXPLICIT_PARENT_RANK, time, fragment.parentStep]);
}

function addPatch(patches: Map<string, TextTuple>, patch: TextTuple): void {
  patches.set(patch.join('|'), patch);
}

function greater<T extends readonly (number | string)[]>(a: T | undefined, b: T): T {
  return a === undefined || isGreater(b, a) ? b : a;
}

/** Lexicographic, text by UTF-8 bytes as ClickHouse compares it. */
export function isGreater(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (left === right) continue;
    if (typeof left === 'string' && typeof right === 'string') {
      const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
      if (order !== 0) return order > 0;
      continue;
    }
    return Number(left) > Number(right);
  }
  return false;
}
