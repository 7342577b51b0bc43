/**
 * All clients that follow what is stored. One watcher of the loader wakes them; what is new in a project is asked once,
 * not by each of them.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { liveStreamsMax, liveStreamsPerProjectMax } from '../limits.ts';
import type { Principal, Registry } from '../registry/registry.ts';
import type { StoreReader } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type LiveFilters, readLive, type Stretch } from './live-events.ts';
import { LiveStream, type LiveTimes } from './live-stream.ts';

export interface LiveParts {
  readonly store: StoreReader;
  readonly registry: Pick<Registry, 'authenticate'>;
  /** Where the next accepted event will stand. */
  readonly log: { readonly head: { readonly position: number } };
  readonly loader: { readonly progress: { readonly position: number } };
  readonly telemetry: Telemetry;
}

export interface LiveBounds {
  readonly perProject: number;
  readonly all: number;
  readonly times?: LiveTimes;
}

export type Refusal = 'project' | 'all' | 'stopping';

export class LiveStreams {
  readonly #parts: LiveParts;
  readonly #bounds: LiveBounds;
  readonly #projects = new Map<ProjectId, { readonly news: ProjectNews; readonly streams: Set<LiveStream> }>();
  #count = 0;
  #isStopping = false;

  constructor(parts: LiveParts, bounds: LiveBounds = { perProject: liveStreamsPerProjectMax, all: liveStreamsMax }) {
    this.#parts = parts;
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#count;
  }

  /** `after`: a position; without one it begins with what is stored from now on. `cut` ends the client's connection. */
  open(
    { projectId, key }: { readonly projectId: ProjectId; readonly key: string },
    filters: LiveFilters,
    after: number | undefined,
    cut: () => void,
  ): LiveStream | Refusal {
    if (this.#isStopping) return 'stopping';
    if (this.#count >= this.#bounds.all) return 'all';
    const { store, log, loader, registry, telemetry } = this.#parts;
    const project = this.#projects.get(projectId) ?? {
      news: new ProjectNews(store, projectId, loader.progress.position),
      streams: new Set<LiveStream>(),
    };
    if (project.streams.size >= this.#bounds.perProject) return 'project';
    this.#projects.set(projectId, project);
    this.#count += 1;
    const stream = new LiveStream(
      {
        storedUntil: () => loader.progress.position,
        hasNews: (stretch) => project.news.isIn(stretch),
        read: (stretch) => readLive(store, projectId, filters, stretch),
        isAllowed: () => mayRead(registry.authenticate(key), projectId),
        onEnd: () => this.#forget(projectId, stream),
        onError: (error) => {
          const detail = error instanceof Error ? error.message : String(error);
          telemetry.emit({ level: 'warn', name: 'live_stream_failed', detail: detail.slice(0, 500) });
        },
      },
      this.#begin(after, log.head.position),
      cut,
      this.#bounds.times,
    );
    project.streams.add(stream);
    return stream;
  }

  /** The loader has stored more. */
  advanced(): void {
    for (const { streams } of this.#projects.values()) for (const stream of streams) stream.wake();
  }

  /** Ends all, and opens no more. */
  stop(): void {
    this.#isStopping = true;
    for (const { streams } of [...this.#projects.values()]) for (const stream of [...streams]) stream.end();
  }

  /**
   * Just after a start the loader has not said yet how far it is: then what was accepted before is not new. A position
   * that was never given out (another data directory's) would wait for events that are already past.
   */
  #begin(after: number | undefined, head: number): number {
    const stored = this.#parts.loader.progress.position;
    return Math.min(after ?? (stored === 0 ? head : stored) - 1, head - 1);
  }

  #forget(projectId: ProjectId, stream: LiveStream): void {
    const streams = this.#projects.get(projectId)?.streams;
    if (streams?.delete(stream) !== true) return;
    this.#count -= 1;
    if (streams.size === 0) this.#projects.delete(projectId);
  }
}

function mayRead(principal: Principal | undefined, projectId: ProjectId): boolean {
  return principal?.projectId === projectId && principal.scopes.includes('read');
}

/** The newest event of a project, asked of the store only behind what is known, and by one at a time. */
class ProjectNews {
  readonly #store: StoreReader;
  readonly #project: ProjectId;
  /** There may be events before this that nobody has looked for. */
  readonly #from: number;
  #until: number;
  #newest: number;
  #asking: Promise<void> | undefined;

  constructor(store: StoreReader, project: ProjectId, from: number) {
    this.#store = store;
    this.#project = project;
    this.#from = from;
    this.#until = from;
    this.#newest = from - 1;
  }

  async isIn({ after, until }: Stretch): Promise<boolean> {
    if (after + 1 < this.#from) return true;
    while (this.#until < until) {
      this.#asking ??= this.#ask(until).finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    return this.#newest > after;
  }

  async #ask(until: number): Promise<void> {
    const [row] = await this.#store.select<{ newest: number }>(
      `SELECT max(position) AS newest FROM tributary.events
       WHERE project_id = {project:UUID} AND position >= {from:Int64} AND position < {until:Int64}`,
      { project: this.#project, from: this.#until, until },
    );
    this.#until = until;
    this.#newest = Math.max(this.#newest, row?.newest ?? 0);
  }
}
