/** A batch on its way from log records to rows. */

import type { DialectName, EventDraft } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { SpanFragment } from '../canonical/span.ts';
import type { Micros } from '../canonical/time.ts';
import type { LogRecord } from '../log/log.ts';

/** One accepted event with what the loader found out about it. */
export interface LoadedEvent {
  readonly draft: EventDraft;
  readonly projectId: ProjectId;
  readonly dialect: DialectName;
  readonly position: number;
  readonly receivedAt: Micros;
  readonly userAgent: string;
  readonly record: LogRecord;
  /** Set by trace resolution. */
  traceId: string;
  /** Set by step resolution where the vendor numbers events; 0 is none. */
  step: number;
  parentStep: number;
  /** The last of the numbers that it takes; `step` unless it takes several. */
  lastStep: number;
  /** An earlier event with the same identity is stored or stands before it in this batch. */
  duplicate: boolean;
  /** It is stored at this very position: a process that died before it could say so had loaded it. */
  stored: boolean;
  /** The sampling of its agent leaves its trace out. */
  sampledOut: boolean;
  /** What is written for it. A deletion behind it leaves less than the draft says (erasures.ts). */
  hasRow: boolean;
  fragments: readonly SpanFragment[];
}

/** Unique for one span of one vendor in one project: the project and the dialect have fixed alphabets. */
export function spanKey({ projectId, dialect }: Pick<LoadedEvent, 'projectId' | 'dialect'>, spanId: string): string {
  return `${projectId}|${dialect}|${spanId}`;
}

/** "What is stored under `from` belongs to `to`"; an empty `to` marks a guess (see trace-resolver.ts). */
export interface AliasRow {
  readonly projectId: ProjectId;
  readonly dialect: DialectName;
  readonly from: string;
  readonly to: string;
}
