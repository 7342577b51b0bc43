/** Where a trace stands between 0 and 1, by the vendor's hash (`protocols/whyops.md` 4.4): the same for all its events. */

import { hash } from 'node:crypto';

export interface SampledTrace {
  readonly traceId: string;
  readonly userId: string;
  readonly environmentId: string;
  readonly agentName: string;
}

const HEX_DIGITS = 8;

/** SHA-256 of compact JSON in this key order. A trace is kept when the point is not above the agent's rate. */
export function samplingPoint({ traceId, userId, environmentId, agentName }: SampledTrace): number {
  const text = JSON.stringify({ traceId, userId, environmentId, agentName });
  return Number.parseInt(hash('sha256', text).slice(0, HEX_DIGITS), 16) / 0xffffffff;
}
