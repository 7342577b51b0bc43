/**
 * Every price that is known, in memory: the projects' own, then the published ones. The loader looks one up for each span
 * with a model, so what was found for a model is kept.
 */

import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { Micros } from '../canonical/time.ts';
import { knownPricesMax } from '../limits.ts';
import type { OwnPrice, OwnPrices } from '../registry/prices.ts';
import { type OwnCandidate, ownCandidates } from './own-price.ts';
import type { Price, PriceBook, PricedCall } from './price.ts';
import { TABLE_EDITION, type TablePrice, tablePrices } from './price-table.ts';

/** A price and where it comes from. */
export type FoundPrice =
  | { readonly price: Price; readonly own: OwnPrice }
  | { readonly price: Price; readonly published: TablePrice };

export interface ReloadablePriceBook extends PriceBook {
  explain(call: PricedCall): FoundPrice | undefined;
  /** Reads the projects' own prices again. Calls that are answered meanwhile get the old ones. */
  reload(): Promise<void>;
}

type ListedPrices = Pick<OwnPrices, 'revision' | 'list'>;

/** Changes of own prices between two editions of the table; a newer table always has the higher revision. */
const REVISIONS_PER_EDITION = 2 ** 32;

interface Candidates {
  readonly own: readonly OwnCandidate[];
  readonly published: readonly TablePrice[];
}

export async function loadPriceBook(registry: { readonly prices: ListedPrices }): Promise<ReloadablePriceBook> {
  const book = new RegistryPriceBook(registry.prices);
  await book.reload();
  return book;
}

class RegistryPriceBook implements ReloadablePriceBook {
  readonly #prices: ListedPrices;
  readonly #known = new Map<string, Candidates>();
  #own: ReadonlyMap<ProjectId, readonly OwnPrice[]> = new Map();
  #ownRevision = 0;

  constructor(prices: ListedPrices) {
    this.#prices = prices;
  }

  get revision(): number {
    return TABLE_EDITION * REVISIONS_PER_EDITION + this.#ownRevision;
  }

  async reload(): Promise<void> {
    // In this order: prices that are newer than their revision are only written again, older ones would stay.
    const revision = await this.#prices.revision();
    const own = groupBy(await this.#prices.list(), (price) => price.projectId);
    if (revision < this.#ownRevision) return;
    this.#ownRevision = revision;
    this.#own = own;
    this.#known.clear();
  }

  find(call: PricedCall): Price | undefined {
    return this.explain(call)?.price;
  }

  explain(call: PricedCall): FoundPrice | undefined {
    const { own, published } = this.#candidates(call);
    const mine = own.find(({ from }) => from <= call.at);
    if (mine !== undefined) return mine;
    const theirs = published.findLast(({ from }) => hasBegun(from, call.at));
    return theirs === undefined ? undefined : { price: theirs.price, published: theirs };
  }

  #candidates({ projectId, model, provider }: PricedCall): Candidates {
    const own = this.#own.get(projectId);
    // Projects without prices of their own share what is known of the table.
    const key = JSON.stringify([own === undefined ? '' : projectId, provider ?? '', model]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found: Candidates = {
      own: own === undefined ? [] : ownCandidates(own, model, provider),
      published: tablePrices(model, provider),
    };
    // Names are up to strangers. Starting again is rare and cheap.
    if (this.#known.size >= knownPricesMax) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }
}

function hasBegun(from: Micros | undefined, at: Micros): boolean {
  return from === undefined || from <= at;
}
