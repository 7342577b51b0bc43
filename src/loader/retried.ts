/**
 * Repeats what fails for a reason that can pass. Intake goes on meanwhile, until the log is full.
 *
 * Nothing that was accepted may be given up because the store is away. So a refusal counts against a record only when it
 * speaks of the bytes, or comes again and again; and even then the writer asks for proof (`refusal.ts`).
 */

import { RegistryUnavailable } from '../registry/unavailable.ts';
import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** ClickHouse's errors that say "these bytes are no rows": trying again cannot help. Source: its list of error codes. */
const DATA_ERRORS: ReadonlySet<number> = new Set([6, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 130, 131]);
/** Those that pass: no file, no memory, no space, too many parts, time-outs, network, shutdown. Same source. */
const PASSING_ERRORS: ReadonlySet<number> = new Set([
  74, 75, 76, 77, 88, 159, 202, 203, 209, 210, 236, 241, 242, 243, 252, 279, 439, 499, 999, 1000, 1001,
]);
/** What is in neither list is given a few chances. */
const UNKNOWN_TRIES_MAX = 6;
const RETRY_MS_MIN = 50;
const RETRY_MS_MAX = 5_000;

/** Rejects when trying again will not help, and with what is no matter of the store or the registry at all. */
export function retried<T>(action: () => Promise<T>, telemetry: Telemetry): Promise<T> {
  return repeated(action, telemetry, (error, tries) => mayPass(error.code, tries));
}

/** For what cannot be given up: rejects only with what is no matter of the store or the registry. */
export function retriedForever<T>(action: () => Promise<T>, telemetry: Telemetry): Promise<T> {
  return repeated(action, telemetry, () => true);
}

async function repeated<T>(
  action: () => Promise<T>,
  telemetry: Telemetry,
  goesOn: (error: StoreError, tries: number) => boolean,
): Promise<T> {
  let startedAt = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await action();
      if (tries > 1) {
        const waitedMs = Math.round(performance.now() - startedAt);
        telemetry.emit({ level: 'info', name: STORE_RECOVERED, waitedMs, tries });
      }
      return result;
    } catch (error) {
      const isPassing = error instanceof RegistryUnavailable || (error instanceof StoreError && goesOn(error, tries));
      if (!isPassing) throw error;
      if (tries === 1) startedAt = performance.now();
      const waitMs = Math.min(RETRY_MS_MIN * 2 ** (tries - 1), RETRY_MS_MAX);
      telemetry.emit({ level: 'warn', name: STORE_RETRY, detail: error.message.slice(0, 500), waitMs, tries });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Signals that say that the loader waits for the store or the registry, and that it does not any more. */
export const STORE_RETRY = 'store_retry';
export const STORE_RECOVERED = 'store_recovered';

/** `code`: ClickHouse's, `undefined` when the store was not reached. */
export function mayPass(code: number | undefined, tries: number): boolean {
  return isPassing(code) || (!isAboutData(code) && tries < UNKNOWN_TRIES_MAX);
}

/** The store is away, full or busy: it says nothing about what was asked. */
export function isPassing(code: number | undefined): boolean {
  return code === undefined || PASSING_ERRORS.has(code);
}

/** Whether the refusal speaks of the bytes themselves. */
export function isAboutData(code: number | undefined): boolean {
  return code !== undefined && DATA_ERRORS.has(code);
}
