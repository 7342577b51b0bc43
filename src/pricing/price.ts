/**
 * A price as spans carry it. A span keeps the price that it was loaded with, so that a later table never changes an old
 * cost unseen; `tributary reprice` is how it changes (docs/decisions/0006-cost.md).
 */

import type { ProjectId } from '../canonical/ids.ts';
import type { Micros } from '../canonical/time.ts';
import type { PricedPart } from '../canonical/usage.ts';

/** Trillionths of a dollar per token: dollars per million tokens times this. Whole numbers, so that sums are exact. */
export const PICO_USD_PER_USD = 1e12;

/** One row of prices, in effect for some calls. Amounts are pico-dollars per token. */
export interface Price {
  /** Stable and readable: `openai/gpt-4o@2024-10-02`, `own/<id>`. */
  readonly id: string;
  readonly perToken: Readonly<Record<PricedPart, number>>;
  /** Other prices for the whole call when its prompt is longer than `promptTokensOver`, ascending. */
  readonly tiers: readonly {
    readonly promptTokensOver: number;
    readonly perToken: Readonly<Record<PricedPart, number>>;
  }[];
}

/** What decides about the price of a call. */
export interface PricedCall {
  readonly projectId: ProjectId;
  readonly model: string;
  readonly provider: string | undefined;
  readonly at: Micros;
}

export interface PriceBook {
  /** Grows when prices change; of two prices for one statement about the model, the one of the later revision counts. */
  readonly revision: number;
  /** From memory. The project's own prices go first. `undefined`: no price is known. */
  find(call: PricedCall): Price | undefined;
}
