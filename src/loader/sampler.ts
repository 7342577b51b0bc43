/**
 * Sampling. The first event of a trace in log order decides for the whole trace, by the rate that its agent has then; the
 * decision is kept: a trace that is stored stays in, one that was left out stays out. What is left out is counted in the
 * registry, never silently lost (`protocols/whyops.md` 4.4 and 9.12).
 */

import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { knownSpansMax } from '../limits.ts';
import type { Drop, Sampling } from '../registry/sampling.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import type { LoadedEvent } from './batch.ts';
import { BoundedMap } from './bounded-map.ts';
import { selectByIds } from './select-by-ids.ts';

const PROJECTS_MAX = 10_000;

type Rates = ReadonlyMap<string, number>;

export class Sampler {
  readonly #store: StoreReader;
  readonly #sampling: Sampling;
  /** Traces that were decided about. It spans the batch that is being written, which the store does not show yet. */
  readonly #isKept = new BoundedMap<boolean>(knownSpansMax);
  /** Whether any trace of the project was ever left out. */
  readonly #hasDrops = new BoundedMap<boolean>(PROJECTS_MAX);

  constructor(store: StoreReader, sampling: Sampling) {
    this.#store = store;
    this.#sampling = sampling;
  }

  /** Sets `sampledOut`, and the trace of what is left out. May be called again for the same events. */
  async judge(events: readonly LoadedEvent[]): Promise<void> {
    const asking = events.filter((event) => event.draft.sampling !== undefined && !event.stored);
    if (asking.length === 0) return;
    const rates = new Map<ProjectId, Rates>();
    for (const [project, members] of groupBy(asking, (event) => event.projectId)) {
      rates.set(project, await this.#sampling.rates(project));
      await this.#learn(
        project,
        members.filter((event) => !this.#isKept.has(traceKey(event))),
        rates.get(project)?.size === 0,
      );
    }
    for (const event of asking) this.#decide(event, rates.get(event.projectId));
  }

  /** Counts what was left out, a record that is read again only once: each has its own entry, by position. */
  async record(events: readonly LoadedEvent[]): Promise<void> {
    if (events.length === 0) return;
    const drops: Drop[] = [];
    for (const members of groupBy(events, (event) => `${event.record.position}|${traceKey(event)}`).values()) {
      const [first, last] = [members[0], members.at(-1)];
      if (first === undefined || last === undefined) continue;
      drops.push({
        projectId: first.projectId,
        agentName: first.draft.sampling?.agentName ?? '',
        traceId: first.traceId,
        events: members.length,
        position: last.position,
      });
    }
    await this.#sampling.record(drops);
  }

  #decide(event: LoadedEvent, rates: Rates | undefined): void {
    const { sampling, placement } = event.draft;
    if (sampling === undefined || placement.by !== 'trace') return;
    const key = traceKey(event);
    let isKept = this.#isKept.get(key);
    if (isKept === undefined) {
      isKept = sampling.point <= (rates?.get(sampling.agentName) ?? 1);
      this.#isKept.set(key, isKept);
      if (!isKept) this.#hasDrops.set(event.projectId, true);
    }
    if (isKept) return;
    event.sampledOut = true;
    event.traceId = placement.traceId;
  }

  async #learn(project: ProjectId, unknown: readonly LoadedEvent[], isEveryTraceKept: boolean): Promise<void> {
    if (unknown.length === 0) return;
    const hasDrops = await this.#hasDropsOf(project);
    if (isEveryTraceKept && !hasDrops) return;
    for (const members of groupBy(unknown, (event) => event.dialect).values()) {
      const keys = new Map(members.map((event) => [traceOf(event), traceKey(event)]));
      const [first] = members;
      if (first === undefined) continue;
      if (hasDrops)
        for (const trace of await this.#sampling.dropped(project, [...keys.keys()]))
          this.#isKept.set(keys.get(trace) ?? '', false);
      const stored = await selectByIds<{ trace_id: string }>(
        this.#store,
        `SELECT DISTINCT trace_id FROM tributary.spans
         WHERE project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')}
           AND trace_id IN {ids:Array(String)} AND dialect = {dialect:String}`,
        { project, dialect: first.dialect },
        keys.keys(),
      );
      const isStored = new Set(stored.map((row) => row.trace_id));
      for (const [trace, key] of keys) if (isStored.has(trace.toWellFormed())) this.#isKept.set(key, true);
    }
  }

  async #hasDropsOf(project: ProjectId): Promise<boolean> {
    const known = this.#hasDrops.get(project);
    if (known !== undefined) return known;
    const hasDrops = (await this.#sampling.counts(project)).length > 0;
    this.#hasDrops.set(project, hasDrops);
    return hasDrops;
  }
}

function traceOf({ draft: { placement } }: LoadedEvent): string {
  return placement.by === 'trace' ? placement.traceId : '';
}

function traceKey(event: LoadedEvent): string {
  return `${event.projectId}|${event.dialect}|${traceOf(event)}`;
}
