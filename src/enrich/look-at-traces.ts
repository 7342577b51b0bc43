/** One step of the stage: counts what is missing in some traces and finds out whose usage is told twice. Idempotent. */

import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { enrichSpansMax } from '../limits.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { TouchedTrace } from './backlog.ts';
import { SpanCounter } from './count-spans.ts';
import { writeFindings } from './enriched-rows.ts';
import { retriedInBounds } from './exhausted.ts';
import { readTraces, type StoredSpan, type StoredTraces } from './stored-span.ts';
import type { Tokenizers } from './tokenizer.ts';
import { repeatingSpans } from './usage-of-trace.ts';

export interface LookerParts {
  readonly store: StoreWriter;
  /** A second connection, as the loader has one. */
  readonly lookup: StoreReader;
  readonly tokenizers: Tokenizers;
  readonly telemetry: Telemetry;
}

export class TraceLooker {
  countedSpans = 0;
  repeatChanges = 0;
  skippedTraces = 0;
  readonly #parts: LookerParts;
  readonly #counter: SpanCounter;
  readonly #spansMax: number;

  constructor(parts: LookerParts, spansMax = enrichSpansMax) {
    this.#parts = parts;
    this.#counter = new SpanCounter(parts.lookup, parts.tokenizers);
    this.#spansMax = spansMax;
  }

  /** `position`: everything before it is stored; what is found gets it as its revision. */
  async look(touched: readonly TouchedTrace[], position: number): Promise<void> {
    for (const [project, traces] of groupBy(touched, (trace) => trace.projectId)) {
      await this.#lookAtSome(project, traces, position);
    }
  }

  /** What is too much for one statement, or refused for good, is halved; a culprit alone is left as it is. */
  async #lookAtSome(project: ProjectId, traces: readonly TouchedTrace[], position: number): Promise<void> {
    let failure = 'too many spans';
    try {
      const isCut = await retriedInBounds(() => this.#lookAt(project, traces, position), this.#parts.telemetry);
      if (!isCut) return;
    } catch (error) {
      // Whatever it is: a server that ends for it would end again at every start.
      failure = error instanceof Error ? error.message.slice(0, 500) : String(error);
    }
    if (traces.length === 1) {
      this.skippedTraces += 1;
      const trace = traces[0]?.traceId ?? '';
      this.#parts.telemetry.emit({ level: 'error', name: 'enrich_skipped', project, trace, detail: failure });
      return;
    }
    const half = Math.ceil(traces.length / 2);
    await this.#lookAtSome(project, traces.slice(0, half), position);
    await this.#lookAtSome(project, traces.slice(half), position);
  }

  /** True when the traces have too many spans to be read together, and nothing was done. */
  async #lookAt(project: ProjectId, touched: readonly TouchedTrace[], position: number): Promise<boolean> {
    const keys = touched.map(({ dialect, traceId }) => `${dialect}|${traceId}`);
    const read = await readTraces(this.#parts.lookup, project, keys, this.#spansMax);
    if (read.isCut && touched.length > 1) return true;
    const counted = await this.#count(project, touched, read, position);
    await writeFindings(this.#parts.store, project, 'counted', [...counted]);
    const repeats = read.traces.flatMap((spans) =>
      changedRepeats(
        spans.map((span) => ({ ...span, counted: counted.get(span) ?? span.counted })),
        position,
      ),
    );
    await writeFindings(this.#parts.store, project, 'repeats', repeats);
    this.countedSpans += counted.size;
    this.repeatChanges += repeats.length;
    return false;
  }

  #count(project: ProjectId, touched: readonly TouchedTrace[], { traces, rootOf }: StoredTraces, position: number) {
    const wanted = new Map<string, Set<string> | 'all'>();
    for (const { dialect, traceId, spanIds } of touched) {
      const key = `${dialect}|${traceId}`;
      const root = rootOf.get(key) ?? key;
      const known = wanted.get(root) ?? new Set<string>();
      if (known === 'all' || spanIds === 'all') wanted.set(root, 'all');
      else wanted.set(root, new Set([...known, ...spanIds]));
    }
    const spans = traces.flat().filter((span) => {
      const ids = wanted.get(span.root);
      return ids === 'all' || ids?.has(span.spanId) === true;
    });
    return this.#counter.count(project, spans, rootOf, position);
  }
}

type RepeatsRow = readonly [span: StoredSpan, value: readonly [revision: number, repeats: number]];

function changedRepeats(spans: readonly StoredSpan[], position: number): RepeatsRow[] {
  const repeating = repeatingSpans(spans);
  return spans.flatMap((span): RepeatsRow[] => {
    const [revision, before] = span.repeats;
    const now = repeating.has(span.spanId) ? 1 : 0;
    return now === before ? [] : [[span, [Math.max(position, revision + 1), now]]];
  });
}
