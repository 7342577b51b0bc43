/**
 * What the stage has to look at, and up to which log position everything has been dealt with. Memory is bounded: what
 * does not fit, and what a process before this one has left, is a range of positions whose spans are found in the store.
 */

import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { enrichSpansMax } from '../limits.ts';
import type { TouchedSpan } from '../loader/touched.ts';

/** A trace to look at. */
export interface TouchedTrace {
  readonly projectId: ProjectId;
  readonly dialect: DialectName;
  readonly traceId: string;
  /** Spans that may have to be counted; `all` where the store has forgotten which were touched. */
  readonly spanIds: ReadonlySet<string> | 'all';
}

export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

interface Waiting extends TouchedTrace {
  readonly spanIds: Set<string> | 'all';
  /** Log position of the first touch that has not been dealt with. */
  readonly since: number;
}

export class Backlog {
  readonly #spansMax: number;
  readonly #waiting = new Map<string, Waiting>();
  #spans = 0;
  #inProgress: readonly Waiting[] = [];
  /** Positions whose spans have to be looked up; behind `missed` everything touched is waiting here. */
  #missed: PositionRange;
  #position: number;

  constructor(doneUntil: number, storedUntil: number, spansMax = enrichSpansMax) {
    this.#spansMax = spansMax;
    this.#missed = { from: doneUntil, to: storedUntil };
    this.#position = Math.max(doneUntil, storedUntil);
  }

  /** Everything before this is stored. */
  get position(): number {
    return this.#position;
  }

  get waitingSpans(): number {
    return this.#spans;
  }

  /** Everything before this has been dealt with. */
  get doneUntil(): number {
    const starts = [...this.#waiting.values(), ...this.#inProgress].map(({ since }) => since);
    if (this.missed !== undefined) starts.push(this.#missed.from);
    return starts.reduce((least, since) => Math.min(least, since), this.#position);
  }

  get missed(): PositionRange | undefined {
    return this.#missed.from < this.#missed.to ? this.#missed : undefined;
  }

  get hasRoom(): boolean {
    return this.#spans < this.#spansMax;
  }

  touched(spans: readonly TouchedSpan[], position: number): void {
    const since = this.#position;
    this.#position = Math.max(since, position);
    if (spans.length === 0) return;
    if (this.#spans + spans.length > this.#spansMax) {
      this.#missed = { from: this.missed === undefined ? since : this.#missed.from, to: this.#position };
      return;
    }
    for (const span of spans) this.#add(span, new Set(span.mayNeedCount ? [span.spanId] : []), since);
  }

  /** The traces of the positions up to `until`, all that there are. */
  found(traces: readonly Omit<TouchedTrace, 'spanIds'>[], until: number): void {
    const since = this.#missed.from;
    for (const trace of traces) this.#add(trace, 'all', since);
    this.#missed = { from: until, to: this.#missed.to };
  }

  /** At most `tracesMax` of what waits longest. It is done when `finished` is called. */
  take(tracesMax: number): readonly TouchedTrace[] {
    const taken: Waiting[] = [];
    for (const [key, trace] of this.#waiting) {
      if (taken.length === tracesMax) break;
      taken.push(trace);
      this.#waiting.delete(key);
      this.#spans -= weightOf(trace);
    }
    this.#inProgress = taken;
    return taken;
  }

  finished(): void {
    this.#inProgress = [];
  }

  #add(trace: Omit<TouchedTrace, 'spanIds'>, spanIds: ReadonlySet<string> | 'all', since: number): void {
    const { projectId, dialect, traceId } = trace;
    const key = `${projectId}|${dialect}|${traceId}`;
    const known = this.#waiting.get(key);
    if (known !== undefined) this.#spans -= weightOf(known);
    const waiting: Waiting = {
      projectId,
      dialect,
      traceId,
      spanIds: joined(known?.spanIds ?? new Set(), spanIds),
      since: Math.min(known?.since ?? since, since),
    };
    this.#waiting.set(key, waiting);
    this.#spans += weightOf(waiting);
  }
}

function joined(known: Set<string> | 'all', more: ReadonlySet<string> | 'all'): Set<string> | 'all' {
  if (known === 'all' || more === 'all') return 'all';
  for (const spanId of more) known.add(spanId);
  return known;
}

/** A trace counts like a span, even if only its tree is to be looked at. */
function weightOf({ spanIds }: Waiting): number {
  return spanIds === 'all' ? 1 : Math.max(1, spanIds.size);
}
