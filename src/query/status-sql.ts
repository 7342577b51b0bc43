/**
 * The status that readers see. A span that nobody has said anything about yet runs. A running one of a vendor whose calls
 * may end unseen becomes `unknown` when it has given no sign of life for long; it is itself again when its end comes.
 */

import type { SpanStatus } from '../canonical/span.ts';
import type { Micros } from '../canonical/time.ts';
import type { QueryParams } from '../store/store.ts';

/** Worst first: the status of a trace is the worst of its roots'. That something got lost is worse than that it runs. */
export const SHOWN_STATUSES = ['error', 'unknown', 'running', 'paused', 'ok'] as const satisfies readonly (
  | SpanStatus
  | 'unknown'
)[];
export type ShownStatus = (typeof SHOWN_STATUSES)[number];

/** Whose calls may end unseen, and after how much silence that is assumed. */
export interface Vanishing {
  readonly dialects: readonly string[];
  readonly afterMicros: Micros;
}

/** Values of the placeholders in `shownStatus`. */
export function vanishingParams(vanishing: Vanishing | undefined, now: Micros): QueryParams {
  return { vanishing: vanishing?.dialects ?? [], unknownBefore: now - (vanishing?.afterMicros ?? 0) };
}

/** Columns of the joined span, or expressions for them. */
export interface StatusColumns {
  /** The register, a tuple. */
  readonly status: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly firstToken: string;
}

/** Signs of life are all times that the span's events told: the register's own is the latest event's that runs. */
export function shownStatus({ status, startTime, endTime, firstToken }: StatusColumns): string {
  const said = `tupleElement(${status}, 3)`;
  const lastSign = `greatest(tupleElement(${status}, 2), ${[
    startTime,
    `ifNull(${endTime}, ${startTime})`,
    `ifNull(${firstToken}, ${startTime})`,
  ]
    .map((time) => `toUnixTimestamp64Micro(${time})`)
    .join(', ')})`;
  return `multiIf(${said} NOT IN ('', 'running'), ${said},
    has({vanishing:Array(String)}, dialect) AND ${lastSign} < {unknownBefore:Int64}, 'unknown', 'running')`;
}

/** Of rows with `status` and `is_root`. */
export const WORST_OF_ROOTS = `multiIf(${SHOWN_STATUSES.slice(0, -1)
  .map((status) => `countIf(is_root AND status = '${status}') > 0, '${status}'`)
  .join(', ')}, '${SHOWN_STATUSES.at(-1)}')`;
