/**
 * When the store may be deleted from. Whatever is deleted must not come back: from the log, which is read again from the
 * checkpoint after a crash, or from the enrich stage, which writes what it found out about spans that it read before.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Stopped, type Surroundings } from './surroundings.ts';

const POLL_MS = 100;

type Needs = Pick<Surroundings, 'checkpoint' | 'nudgeLoader' | 'enrichedUntil' | 'registry'>;

/** Resolves when everything before `position` is stored, will not be read again, and no stage works on it. */
export async function quietBefore(parts: Needs, position: number, isStopping: () => boolean): Promise<void> {
  for (;;) {
    if (isStopping()) throw new Stopped();
    const isReleased = (await parts.checkpoint()) >= position;
    if (isReleased && parts.enrichedUntil() >= position && !(await isRepricing(parts))) return;
    if (!isReleased) parts.nudgeLoader();
    await sleep(POLL_MS);
  }
}

/** A re-pricing writes to spans that it read a moment before. */
export async function isRepricing({ registry }: Pick<Needs, 'registry'>): Promise<boolean> {
  return (await registry.repricings.unfinished()).length > 0;
}
