/**
 * The join of fragments into a span. It is a semilattice: commutative, associative, idempotent (property-tested), so
 * spans do not depend on the order of arrival, on repeated deliveries, or on how batches were cut. The store's columns
 * do the same join on rows (`max` of tuples, `min`, `max`, set union), so folding here is only saving rows.
 */

import { type RegisterName, type SpanFragment, TEXT_REGISTERS, type TextRegister } from './span.ts';
import { clampMicros, type Micros } from './time.ts';
import { usageCounts } from './usage.ts';

/** A register of the store: compared left to right, so the value breaks ties the same way everywhere. */
export type TextTuple = readonly [rank: number, time: Micros, value: string];
/** `usageCounts` of what was reported. */
export type TokensTuple = readonly [rank: number, time: Micros, counts: readonly number[]];
/**
 * The price of the call, as a register that follows the model's: rank and time are those of the statement about the
 * model, so the price that wins is the winning model's. Of two prices for one statement the later revision's counts. An
 * empty id with no amounts says that no price is known.
 */
export type PriceTuple = readonly [
  rank: number,
  time: Micros,
  revision: number,
  priceId: string,
  amounts: readonly number[],
];
export type NumberTuple = readonly [rank: number, time: Micros, value: number];
type Register = readonly (number | string | readonly number[])[];

export interface FoldedSpan {
  start: Micros;
  end: Micros | undefined;
  firstToken: Micros | undefined;
  readonly text: Partial<Record<TextRegister, TextTuple>>;
  tokens: TokensTuple | undefined;
  price: PriceTuple | undefined;
  duration: NumberTuple | undefined;
  tags: ReadonlySet<string>;
  /** The keys only keep each patch once. */
  metadata: ReadonlyMap<string, TextTuple>;
  feedback: ReadonlyMap<string, TextTuple>;
  steps: ReadonlySet<number>;
  parentStep: NumberTuple | undefined;
  hidden: boolean;
  /** Some sender sent no time, so that arrival stands for it. */
  timedByArrival: boolean;
}

const EXPLICIT_PARENT_RANK = 2;
/** Below every measurement. */
const MOMENT_RANK = 1;
/** What the register of durations holds for `isMoment`: no measurement is negative. */
const UNMEASURED = -1;

/** Shared by all spans that have none: most have no tags, no feedback and no steps. */
const NO_TAGS: ReadonlySet<string> = new Set();
const NO_PATCHES: ReadonlyMap<string, TextTuple> = new Map();
const NO_STEPS: ReadonlySet<number> = new Set();

export function emptySpan(): FoldedSpan {
  return {
    start: Number.MAX_SAFE_INTEGER,
    end: undefined,
    firstToken: undefined,
    text: {},
    tokens: undefined,
    price: undefined,
    duration: undefined,
    tags: NO_TAGS,
    metadata: NO_PATCHES,
    feedback: NO_PATCHES,
    steps: NO_STEPS,
    parentStep: undefined,
    hidden: false,
    timedByArrival: false,
  };
}

/** How much the fragment is to be believed about a register. */
export function rankOf(fragment: SpanFragment, register: RegisterName): number {
  return fragment.ranks?.[register] ?? fragment.rank;
}

/** Joins a fragment into `span`, in place. */
export function joinFragment(span: FoldedSpan, fragment: SpanFragment): void {
  const time = clampMicros(fragment.time);
  joinTimes(span, fragment);
  for (const name of TEXT_REGISTERS) {
    const value = fragment.text[name];
    if (value === undefined) continue;
    const tuple: TextTuple = [rankOf(fragment, name), time, value];
    const known = span.text[name];
    if (known === undefined || isGreater(tuple, known)) span.text[name] = tuple;
  }
  if (fragment.usage !== undefined) {
    span.tokens = greater(span.tokens, [rankOf(fragment, 'usage'), time, usageCounts(fragment.usage)]);
  }
  if (fragment.durationMicros !== undefined) {
    const rank = Math.max(rankOf(fragment, 'durationMicros'), MOMENT_RANK + 1);
    span.duration = greater(span.duration, [rank, time, Math.round(fragment.durationMicros)]);
  } else if (fragment.isMoment) {
    span.duration = greater(span.duration, [MOMENT_RANK, time, UNMEASURED]);
  }
  for (const tag of fragment.tags ?? []) span.tags = withMember(span.tags, tag, NO_TAGS);
  if (fragment.metadata !== undefined)
    span.metadata = withPatch(span.metadata, [fragment.rank, time, fragment.metadata]);
  if (fragment.feedback !== undefined)
    span.feedback = withPatch(span.feedback, [fragment.rank, time, fragment.feedback]);
  if (fragment.step !== undefined) joinStep(span, fragment.step);
  if (fragment.parentStep !== undefined)
    span.parentStep = greater(span.parentStep, [EXPLICIT_PARENT_RANK, time, fragment.parentStep]);
  span.hidden ||= fragment.hidden === true;
  span.timedByArrival ||= fragment.time === 0;
}

/** Joins a step number that the span has, in place. */
export function joinStep(span: FoldedSpan, step: number): void {
  span.steps = withMember(span.steps, step, NO_STEPS);
}

/** Joins what a call of the fragment's model costs, in place. */
export function joinPrice(span: FoldedSpan, price: PriceTuple): void {
  span.price = greater(span.price, price);
}

function joinTimes(span: FoldedSpan, fragment: SpanFragment): void {
  span.start = Math.min(span.start, clampMicros(fragment.start));
  if (fragment.end !== undefined) span.end = Math.max(span.end ?? clampMicros(fragment.end), clampMicros(fragment.end));
  if (fragment.firstToken !== undefined) {
    const firstToken = clampMicros(fragment.firstToken);
    span.firstToken = Math.min(span.firstToken ?? firstToken, firstToken);
  }
}

/** `set` with `member`; the set itself is only changed when it is not the shared empty one. */
function withMember<T>(set: ReadonlySet<T>, member: T, empty: ReadonlySet<T>): ReadonlySet<T> {
  // A set that is not the shared one was made here.
  return set === empty ? new Set([member]) : (set as Set<T>).add(member);
}

function withPatch(patches: ReadonlyMap<string, TextTuple>, patch: TextTuple): ReadonlyMap<string, TextTuple> {
  const key = `${patch[0]}|${patch[1]}|${patch[2]}`;
  return patches === NO_PATCHES ? new Map([[key, patch]]) : (patches as Map<string, TextTuple>).set(key, patch);
}

function greater<T extends Register>(a: T | undefined, b: T): T {
  return a === undefined || isGreater(b, a) ? b : a;
}

/** Lexicographic, text by UTF-8 bytes and a list before its continuations, as ClickHouse compares them. */
export function isGreater(a: Register, b: Register): boolean {
  return compare(a, b) > 0;
}

function compare(a: Register, b: Register): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    if (left === right) continue;
    const order = compareParts(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareParts(left: Register[number], right: Register[number]): number {
  if (typeof left === 'object' && typeof right === 'object') return compare(left, right);
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return Number(left) - Number(right);
}
