/** A request that intake refused as a whole, as it is shown: no secrets in it. */

import type { FaultCode } from '../faults.ts';
import type { ProjectId } from './ids.ts';

export interface RefusedRequest {
  /** Counts up; no two have the same. */
  readonly id: number;
  /** `null` when the request did not say whose it is, or not truly. */
  readonly projectId: ProjectId | null;
  readonly at: string;
  readonly dialect: string;
  readonly route: string;
  readonly fault: FaultCode;
  readonly message: string;
  /** Where in the body, when the fault says so. */
  readonly field: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the body; `null` when it was not read, or could not be freed of what the project's rules take out. */
  readonly body: string | null;
  readonly bodyChars: number;
}

/** Requests refused since start, of one project. */
export interface RefusedCount {
  readonly dialect: string;
  readonly fault: FaultCode;
  readonly requests: number;
}
