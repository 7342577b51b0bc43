/** Which of a project's own prices a call has: the one that names it most exactly, of those that have begun. */

import { type Micros, microsFromIso } from '../canonical/time.ts';
import type { OwnPrice } from '../registry/prices.ts';
import { picoPerToken } from './amounts.ts';
import type { Price } from './price.ts';
import { providerNamed } from './provider-name.ts';

export const OWN_PRICE_PREFIX = 'own/';

export interface OwnCandidate {
  readonly own: OwnPrice;
  readonly price: Price;
  readonly from: Micros;
}

const ANY_SUFFIX = '*';

/** The prices that can be those of this model, the one to prefer first: take the first that has begun. */
export function ownCandidates(
  prices: readonly OwnPrice[],
  model: string,
  provider: string | undefined,
): readonly OwnCandidate[] {
  const name = model.trim().toLowerCase();
  return prices
    .filter((own) => namesModel(own.model, name) && namesProvider(own.provider, provider))
    .map((own) => ({ own, price: priceOf(own), from: fromOf(own) }))
    .sort((a, b) => exactness(b.own) - exactness(a.own) || later(a.from, b.from));
}

/** A whole name before a beginning, a longer beginning before a shorter one, then a stated provider before any. */
function exactness({ model, provider }: OwnPrice): number {
  const name = model.endsWith(ANY_SUFFIX) ? model.length : Number.MAX_SAFE_INTEGER / 4;
  return name * 2 + (provider === null ? 0 : 1);
}

function later(a: Micros, b: Micros): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

/** A part without a price of its own costs what the nearest one does. */
function priceOf(own: OwnPrice): Price {
  const input = picoPerToken(own.inputPerMillion);
  const output = picoPerToken(own.outputPerMillion);
  const cacheWrite = own.cacheWritePerMillion === null ? input : picoPerToken(own.cacheWritePerMillion);
  return {
    id: `${OWN_PRICE_PREFIX}${own.id}`,
    perToken: {
      input,
      cacheRead: own.cacheReadPerMillion === null ? input : picoPerToken(own.cacheReadPerMillion),
      cacheWrite,
      cacheWrite1h: cacheWrite,
      output,
      audioInput: input,
      audioOutput: output,
    },
    tiers: [],
  };
}

function fromOf({ from }: OwnPrice): Micros {
  return from === null ? Number.NEGATIVE_INFINITY : (microsFromIso(from) ?? Number.NEGATIVE_INFINITY);
}

function namesModel(pattern: string, name: string): boolean {
  const text = pattern.toLowerCase();
  return text.endsWith(ANY_SUFFIX) ? name.startsWith(text.slice(0, -1)) : name === text;
}

function namesProvider(wanted: string | null, stated: string | undefined): boolean {
  if (wanted === null) return true;
  if (stated === undefined) return false;
  const known = providerNamed(wanted);
  return (
    wanted.toLowerCase() === stated.trim().toLowerCase() || (known !== undefined && known === providerNamed(stated))
  );
}
