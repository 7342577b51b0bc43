/**
 * The durable log between intake and loader. Intake appends and answers; the loader reads in order, at its own pace, on
 * its own thread, and releases what is stored. A record is an accepted request as it came (docs/decisions/0001).
 *
 * Positions number accepted events, not records: a record with `count` events owns `position` to `position + count - 1`.
 * They only grow; after a failed write numbers may be missing, never used twice.
 */

export interface NewRecord {
  /** What is needed to decode the body again, as JSON text: project, route, headers, time of arrival. */
  readonly meta: string;
  readonly body: Uint8Array;
  /** Events accepted from it, at least 1. */
  readonly count: number;
}

export interface LogRecord extends NewRecord {
  readonly position: number;
}

/** How far a reader may read: everything before this is durable. */
export interface LogHead {
  /** The position that the next event will get. */
  readonly position: number;
  readonly segment: string;
  readonly bytes: number;
  /** Bytes ever put into the segments that exist or existed since start; less `consumedBytes` it is the backlog. */
  readonly totalBytes: number;
}

export interface EventLog {
  /** Resolves with the record's position after it is on disk (fdatasync); rejects with `LogUnavailable`, then nothing was kept. */
  append(record: NewRecord): Promise<number>;
  readonly head: LogHead;
  /** Called after every advance of `head`. */
  onAdvance(listener: (head: LogHead) => void): void;
  /** Finishes what was appended. */
  close(): Promise<void>;
}

export interface LogReader {
  /** Records from where the last call ended, in order, until a limit is reached; empty when nothing is left before `head`. */
  read(head: LogHead, limits: { readonly eventsMax: number; readonly bytesMax: number }): Promise<readonly LogRecord[]>;
  /** Everything before `position` is stored: remember that, and delete what nobody needs. */
  release(position: number): Promise<void>;
  readonly counters: ReaderCounters;
  close(): Promise<void>;
}

export interface ReaderCounters {
  readonly consumedBytes: number;
  /** Stretches of bytes that were no valid record: a torn tail after a crash, or damage. Kept under `quarantine/`. */
  readonly quarantinedRegions: number;
  readonly quarantinedBytes: number;
  /** Segments that a later one names as the one before it, and that are neither there nor stored. */
  readonly missingSegments: number;
}

/** The disk refuses: full, broken, read-only. The request was not accepted and may be sent again. */
export class LogUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the log cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'LogUnavailable';
  }
}
