/** What deleting needs of the running server. */

import type { EventLog } from '../log/log.ts';
import type { Registry } from '../registry/registry.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export interface Surroundings {
  readonly store: StoreReader;
  readonly openWriter: () => Promise<StoreWriter>;
  readonly registry: Pick<
    Registry,
    'deletions' | 'removals' | 'retentionRuns' | 'repricings' | 'settings' | 'listProjects'
  >;
  readonly log: Pick<EventLog, 'head'>;
  /** Log position before which nothing is read again, whatever happens. */
  readonly checkpoint: () => Promise<number>;
  /** Asks the loader to move the checkpoint on, where it can. */
  readonly nudgeLoader: () => void;
  /** People that the loader knows to be in the registry may not be there any more. */
  readonly forgetPeople: () => void;
  /** Everything before this log position has been enriched. */
  readonly enrichedUntil: () => number;
  readonly telemetry: Telemetry;
  /** Milliseconds; the clock of the machine. */
  readonly now: () => number;
}

/** The server stops: what is under way goes on at the next start. */
export class Stopped extends Error {}
