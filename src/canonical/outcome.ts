/** A bad request is a value, never an exception. */

import type { FaultCode } from '../faults.ts';

export interface Problem {
  /** Where, in the caller's own field names: `events[3].runId`, `1.traceId`. Empty for the whole body. */
  readonly path: string;
  readonly message: string;
  /** The dialect's machine code for the problem, where its protocol has one. */
  readonly code?: string;
}

export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly problems?: readonly Problem[];
  /** Seconds after which sending again may help, where the fault knows better than the server's default. */
  readonly retryAfterS?: number;
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refuse(code: FaultCode, message: string, problems?: readonly Problem[]): { ok: false; fault: Fault } {
  return { ok: false, fault: problems === undefined ? { code, message } : { code, message, problems } };
}
