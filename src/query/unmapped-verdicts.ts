/**
 * Which fields of an event are unmapped, found once for all events of the same shape. The searching is done a little at a
 * time, because the thread that answers requests does it.
 */

import { createHash } from 'node:crypto';
import type { Dialect } from '../dialects/dialect.ts';
import { unmappedPathsMax, unmappedShapesMax, unmappedSliceMs } from '../limits.ts';
import { mappingOf, type StoredPayload } from './unmapped-mapping.ts';
import { type Path, shapeOf } from './unmapped-paths.ts';
import { type Findings, searchUnmapped } from './unmapped-search.ts';

/** What a field does may depend on what is in it, so a shape is looked at in some of its events. */
const EVENTS_PER_SHAPE = 3;

interface Verdict {
  examined: number;
  unmapped: ReadonlyMap<string, Path>;
  mapped: ReadonlySet<string>;
}

export interface Turns {
  /** Resolves when it may go on. */
  turn(): Promise<void>;
}

/** Works for `unmappedSliceMs`, then waits as long. */
export class Slices implements Turns {
  #until = performance.now() + unmappedSliceMs;

  async turn(): Promise<void> {
    if (performance.now() < this.#until) return;
    await new Promise((resolve) => setTimeout(resolve, unmappedSliceMs));
    this.#until = performance.now() + unmappedSliceMs;
  }
}

export class Verdicts {
  readonly #shapes = new Map<string, Verdict>();
  /** What is shown as it is, or not at all, by kind of event: what stands in there makes no shape of its own. */
  readonly #whole = new Map<string, Set<string>>();

  get size(): number {
    return this.#shapes.size;
  }

  /** `undefined` for an event of which no span tells. */
  async of(
    dialect: Dialect,
    stored: StoredPayload,
    turns: Turns,
  ): Promise<Pick<Findings, 'mapped' | 'unmapped'> | undefined> {
    const mapping = mappingOf(dialect, stored);
    if (mapping === undefined) return undefined;
    const kind = JSON.stringify([dialect.name, stored.type]);
    const isWhole = (name: string) => this.#whole.get(kind)?.has(name) ?? false;
    // As text it could be larger than the event.
    const shape = () =>
      createHash('sha256')
        .update(`${kind}\n${shapeOf(mapping.event, isWhole)}`)
        .digest('base64');
    const known = this.#shapes.get(shape());
    if (known !== undefined && known.examined >= EVENTS_PER_SHAPE) return known;
    const search = searchUnmapped(mapping.event, mapping.said);
    let step = search.next();
    while (step.done !== true) {
      await turns.turn();
      step = search.next();
    }
    const { mapped, unmapped, whole } = step.value;
    this.#learn(kind, [...whole, ...unmapped.keys()]);
    const verdict: Verdict = {
      examined: (known?.examined ?? 0) + 1,
      mapped: new Set([...(known?.mapped ?? []), ...mapped]),
      unmapped: new Map([...unmapped].filter(([name]) => known === undefined || known.unmapped.has(name))),
    };
    this.#remember(shape(), verdict);
    return verdict;
  }

  #learn(kind: string, whole: readonly string[]): void {
    if (this.#whole.size >= unmappedShapesMax && !this.#whole.has(kind)) this.#whole.clear();
    const known = this.#whole.get(kind) ?? new Set();
    this.#whole.set(kind, known);
    // More than an event may have are made up, and every event has others: they are not worth keeping.
    for (const name of whole) if (known.size < unmappedPathsMax) known.add(name);
  }

  /** The one that was found the longest ago goes. */
  #remember(shape: string, verdict: Verdict): void {
    this.#shapes.delete(shape);
    this.#shapes.set(shape, verdict);
    const [oldest] = this.#shapes.keys();
    if (this.#shapes.size > unmappedShapesMax && oldest !== undefined) this.#shapes.delete(oldest);
  }
}
