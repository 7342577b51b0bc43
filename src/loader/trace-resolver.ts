/**
 * Which trace a span belongs to. Most events say it, or name a parent that was seen before. When the parent has not been
 * seen, its id is the best guess for the trace id (right whenever it turns out to be a root), and the guess is marked;
 * when the parent comes and has a parent itself, an alias row joins the two, and reads follow aliases. Nobody waits.
 *
 * Correctness never rests on what is remembered here: any id that a span is stored under leads to its root by aliases.
 */

import type { DialectName } from '../canonical/event.ts';
import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { aliasHopsMax, knownSpansMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { type AliasRow, type LoadedEvent, spanKey } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';
import { selectByIds } from './select-by-ids.ts';

const GUESSES_MAX = knownSpansMax / 2;

export class TraceResolver {
  readonly #store: StoreReader;
  /** Span → trace id that it was last stored under. */
  readonly #known = new BoundedMap<string>(knownSpansMax);
  /** Trace ids that were guessed and whose own span has not been seen yet. */
  readonly #guessed = new BoundedMap<true>(knownSpansMax);
  readonly #aliases = new BoundedMap<string>(knownSpansMax);
  /** Spans that were deleted: the store may still show them while the deletion is being written. */
  readonly #erased = new BoundedMap<true>(knownSpansMax);
  /** Alias rows that there are, about. Beyond what is remembered, the store is asked about every child that is placed. */
  #guesses = 0;

  constructor(store: StoreReader) {
    this.#store = store;
  }

  /** What this process would remember had it not been restarted: the newest spans, and the guesses that are open. */
  async warmUp(): Promise<void> {
    const spans = await this.#store.select<{ project_id: string; dialect: string; span_id: string; trace_id: string }>(
      `SELECT toString(project_id) AS project_id, dialect, span_id, trace_id FROM tributary.events
       WHERE position + {n:UInt64} > (SELECT max(position) FROM tributary.events) ORDER BY position`,
      { n: knownSpansMax / 2 },
    );
    for (const row of spans) this.#known.set(`${row.project_id}|${row.dialect}|${row.span_id}`, row.trace_id);
    const aliases = await this.#store.select<{ project_id: string; dialect: string; from_id: string; to_id: string }>(
      `SELECT toString(project_id) AS project_id, dialect, from_id, to_id FROM tributary.trace_aliases FINAL LIMIT {n:UInt64}`,
      { n: GUESSES_MAX },
    );
    this.#guesses = aliases.length;
    for (const row of aliases) {
      const key = `${row.project_id}|${row.dialect}|${row.from_id}`;
      if (row.to_id === '') this.#guessed.set(key, true);
      else this.#aliases.set(key, row.to_id);
    }
  }

  /** Sets `traceId` on every event, in log order, and returns the alias rows to write before the spans. */
  async resolve(events: readonly LoadedEvent[]): Promise<AliasRow[]> {
    await this.#learnUnknown(events);
    if (this.#guesses >= GUESSES_MAX) await this.#learnGuesses(events);
    const aliases: AliasRow[] = [];
    for (const event of events) {
      event.traceId = this.#traceOf(event, aliases);
      for (const id of event.draft.erases ?? []) this.#erase(spanKey(event, id));
    }
    return aliases;
  }

  /** What is said about the span from here on stands alone. Its alias stays: there may be children under it. */
  #erase(key: string): void {
    this.#known.delete(key);
    this.#erased.set(key, true);
  }

  #traceOf(event: LoadedEvent, aliases: AliasRow[]): string {
    const { placement, spanId } = event.draft;
    const scope = `${event.projectId}|${event.dialect}`;
    const self = `${scope}|${spanId}`;
    switch (placement.by) {
      case 'self': {
        const known = this.#known.get(self) ?? spanId;
        this.#known.set(self, known);
        return known;
      }
      case 'span': {
        const known = this.#known.get(self);
        if (known !== undefined) return this.#follow(scope, known);
        this.#guess(event, spanId, aliases);
        this.#known.set(self, spanId);
        return spanId;
      }
      case 'trace':
        return this.#place(event, scope, placement.traceId, aliases);
      case 'parent': {
        const { parentSpanId } = placement;
        // "No parent" is a weak claim: an event that named one knows more, whichever came first.
        if (parentSpanId === undefined || parentSpanId === spanId)
          return this.#place(event, scope, this.#known.get(self) ?? spanId, aliases);
        const known = this.#known.get(`${scope}|${parentSpanId}`);
        if (known === undefined) this.#guess(event, parentSpanId, aliases);
        return this.#place(event, scope, known === undefined ? parentSpanId : this.#follow(scope, known), aliases);
      }
    }
  }

  /** The span's trace is now known; what was stored under the span's own id as a guess is joined to it. */
  #place(event: LoadedEvent, scope: string, traceId: string, aliases: AliasRow[]): string {
    const { spanId } = event.draft;
    const self = `${scope}|${spanId}`;
    const wasGuessed = this.#guessed.has(self) || this.#known.get(self) === spanId;
    this.#known.set(self, traceId);
    this.#guessed.delete(self);
    if (wasGuessed && traceId !== spanId && this.#follow(scope, traceId) !== spanId) {
      aliases.push({ projectId: event.projectId, dialect: event.dialect, from: spanId, to: traceId });
      this.#aliases.set(self, traceId);
    }
    return traceId;
  }

  #guess(event: LoadedEvent, id: string, aliases: AliasRow[]): void {
    const key = `${event.projectId}|${event.dialect}|${id}`;
    if (this.#guessed.has(key)) return;
    this.#guessed.set(key, true);
    this.#guesses += 1;
    aliases.push({ projectId: event.projectId, dialect: event.dialect, from: id, to: '' });
  }

  #follow(scope: string, traceId: string): string {
    let current = traceId;
    for (let hops = 0; hops < aliasHopsMax; hops += 1) {
      const next = this.#aliases.get(`${scope}|${current}`);
      if (next === undefined) return current;
      current = next;
    }
    return current;
  }

  /** Asks the store, in one query per project, about spans that this batch refers to and nobody remembers. */
  async #learnUnknown(events: readonly LoadedEvent[]): Promise<void> {
    const unknown: { projectId: ProjectId; dialect: DialectName; spanId: string }[] = [];
    const placedHere = new Set<string>();
    for (const { draft, projectId, dialect } of events) {
      const { placement, spanId } = draft;
      const asked = placement.by === 'span' ? spanId : placement.by === 'parent' ? placement.parentSpanId : undefined;
      const key = `${projectId}|${dialect}|${asked}`;
      if (asked !== undefined && !placedHere.has(key) && !this.#known.has(key) && !this.#erased.has(key))
        unknown.push({ projectId, dialect, spanId: asked });
      placedHere.add(`${projectId}|${dialect}|${spanId}`);
      if (asked !== undefined) placedHere.add(key);
    }
    for (const [scope, spans] of groupBy(unknown, (span) => `${span.projectId}|${span.dialect}`)) {
      const [project = '', dialect = ''] = scope.split('|');
      const rows = await selectByIds<{ span_id: string; trace_id: string }>(
        this.#store,
        `SELECT span_id, any(trace_id) AS trace_id FROM tributary.spans
         WHERE project_id = {project:UUID} AND dialect = {dialect:String} AND span_id IN {ids:Array(String)} GROUP BY span_id`,
        { project, dialect },
        spans.map((span) => span.spanId),
      );
      for (const row of rows) this.#known.set(`${scope}|${row.span_id}`, row.trace_id);
    }
  }

  async #learnGuesses(events: readonly LoadedEvent[]): Promise<void> {
    const placed = events.filter(({ draft: { placement } }) => placement.by === 'parent' || placement.by === 'trace');
    for (const [scope, members] of groupBy(placed, (event) => `${event.projectId}|${event.dialect}`)) {
      const [project = '', dialect = ''] = scope.split('|');
      const rows = await selectByIds<{ from_id: string }>(
        this.#store,
        `SELECT from_id FROM tributary.trace_aliases FINAL
         WHERE project_id = {project:UUID} AND dialect = {dialect:String} AND from_id IN {ids:Array(String)} AND to_id = ''`,
        { project, dialect },
        members.map((event) => event.draft.spanId),
      );
      for (const row of rows) this.#guessed.set(`${scope}|${row.from_id}`, true);
    }
  }
}
