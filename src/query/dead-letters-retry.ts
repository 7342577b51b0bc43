/**
 * Tries dead letters again: their records go through the log once more, naming the position at which they were accepted.
 * The letter stays until the loader has stored the record, so there is no moment at which a kill would lose it; a record
 * that is in the log twice is stored once, because its events have the same ids.
 */

import { eventsPerRequestMax, logBacklogBytesMax } from '../limits.ts';
import { type EventLog, LogUnavailable } from '../log/log.ts';
import { retryMeta } from '../log/request.ts';
import { type DeadLetter, type DeadLetters, stateOf } from '../registry/dead-letters.ts';
import type { Viewer } from '../registry/viewer.ts';

/** `unreadable`: it does not say whose it is, and would fail for that reason for ever. */
export type Retried = 'retrying' | 'gone' | 'discarded' | 'unreadable' | 'overloaded';

export interface RetryParts {
  readonly registry: { readonly deadLetters: DeadLetters };
  readonly log: EventLog;
  readonly loader: { readonly progress: { readonly position: number }; readonly backlogBytes: number };
}

/** Side by side, so that they share a sync to disk; each may be the largest body. */
const AT_ONCE = 4;

export async function retryLetter(
  { registry: { deadLetters }, log, loader }: RetryParts,
  viewer: Viewer,
  position: number,
): Promise<Retried> {
  const letter = await deadLetters.find(viewer, position);
  if (letter === undefined) return 'gone';
  const state = stateOf(letter, loader.progress.position);
  if (state !== 'dead') return state;
  if (loader.backlogBytes > logBacklogBytesMax) return 'overloaded';
  return appendAgain(deadLetters, log, viewer, letter);
}

async function appendAgain(
  deadLetters: DeadLetters,
  log: EventLog,
  viewer: Viewer,
  { position, events }: DeadLetter,
): Promise<Retried> {
  const record = await deadLetters.record(viewer, position);
  if (record === undefined) return 'gone';
  const meta = retryMeta(record.meta, position);
  if (meta === undefined) return 'unreadable';
  // Earlier versions did not note how many events it is; positions are not scarce.
  const count = events === 0 ? eventsPerRequestMax : events;
  try {
    await deadLetters.retried(position, await log.append({ meta, body: record.body, count }));
    return 'retrying';
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error;
    return 'overloaded';
  }
}

/** In order, until the log takes no more. `last` is the last letter that was dealt with. */
export async function retryLetters(
  parts: RetryParts,
  viewer: Viewer,
  letters: readonly DeadLetter[],
): Promise<{ retried: number; skipped: number; last: DeadLetter | undefined }> {
  let [retried, skipped] = [0, 0];
  for (let i = 0; i < letters.length; i += AT_ONCE) {
    const some = letters.slice(i, i + AT_ONCE);
    const results = await Promise.all(some.map(({ position }) => retryLetter(parts, viewer, position)));
    retried += results.filter((result) => result === 'retrying').length;
    skipped += results.filter((result) => result === 'unreadable').length;
    // What went in beyond the first that did not is found to be `retrying` the next time.
    const refused = results.indexOf('overloaded');
    if (refused !== -1) return { retried, skipped, last: letters[i + refused - 1] };
  }
  return { retried, skipped, last: letters.at(-1) };
}
