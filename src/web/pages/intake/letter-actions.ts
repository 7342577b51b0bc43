/** Words about retrying and discarding dead letters. */

import { count } from './health.ts';

export type LetterAction = 'retry' | 'discard';

/** Of a dialect, or all of the project where it names none. */
export type Target = { readonly positions: readonly number[] } | { readonly dialect: string | undefined };

export interface Outcome {
  readonly done: number;
  readonly failed: number;
  readonly reason: string | undefined;
}

export function targetText(target: Target): string {
  if ('positions' in target) {
    const [only] = target.positions;
    return target.positions.length === 1 ? `dead letter ${only}` : `${target.positions.length} chosen dead letters`;
  }
  return target.dialect === undefined ? 'all dead letters' : `all dead letters of ${target.dialect}`;
}

export function outcomeText(action: LetterAction, { done, failed, reason }: Outcome): string {
  const did = action === 'retry' ? 'in the log again; they are stored in a moment' : 'discarded';
  const words = `${count(done, 'dead letter is', 'dead letters are')} ${done === 1 ? did.replace('they are', 'it is') : did}`;
  if (failed === 0) return words;
  const why = reason === undefined ? '' : `: ${reason}`;
  return done === 0 ? `Nothing was done${why}` : `${words}, ${count(failed, 'was', 'were')} not${why}`;
}
