/**
 * How a span's cost comes about, from what is stored about it: the same registers that the sums are made of in SQL
 * (cost-sql.ts), so the two agree to the last digit.
 */

import { PRICED_PARTS, type PricedPart, type Usage, usageOfCounts } from '../canonical/usage.ts';
import { priceOfAmounts } from '../pricing/amounts.ts';
import { type Cost, type CostPart, costOf } from '../pricing/cost.ts';
import type { UsageSource } from './cost-sql.ts';

/** The registers `tokens`, `counted` and `price` of a span (store/schema/schema.ts). */
export interface CostRegisters {
  /** `usageCounts`; empty when nothing was reported. */
  readonly counts: readonly number[];
  /** All zeros when nothing was counted. */
  readonly counted: readonly [position: number, input: number, output: number, isEstimate: number];
  readonly priceId: string;
  readonly amounts: readonly number[];
}

/** `remainder`: what a reported total leaves for it. */
export type SideSource = 'reported' | 'counted' | 'estimated' | 'remainder';

export interface EffectiveUsage {
  readonly usage: Usage;
  /** Of the usage as a whole; null: there is none. */
  readonly source: UsageSource;
  /** Absent: nothing is known of this side. */
  readonly input: SideSource | undefined;
  readonly output: SideSource | undefined;
}

/** What the client reported, and for a side that it left out what was counted here. */
export function effectiveUsage({ counts, counted }: Pick<CostRegisters, 'counts' | 'counted'>): EffectiveUsage {
  const reported = usageOfCounts(counts);
  const [position, input, output, isEstimate] = counted;
  const isWritten = position !== 0 || input !== 0 || output !== 0;
  const fillsInput = isWritten && reported.input === undefined && input >= 0;
  const fillsOutput = isWritten && reported.output === undefined && output >= 0;
  const found = isEstimate === 1 ? 'estimated' : 'counted';
  const { cacheOutsideInput, ...rest } = reported;
  const usage: Usage = {
    ...rest,
    // What was counted from the text holds the cached part of it, whatever the client leaves out of its own count.
    ...(cacheOutsideInput === undefined || fillsInput ? {} : { cacheOutsideInput }),
    ...(fillsInput ? { input } : {}),
    ...(fillsOutput ? { output } : {}),
  };
  const remainder = usage.total === undefined ? undefined : 'remainder';
  return {
    usage,
    source: fillsInput || fillsOutput ? found : counts.length === 0 ? null : 'reported',
    input: fillsInput ? found : reported.input === undefined ? remainder : 'reported',
    output: fillsOutput ? found : reported.output === undefined ? remainder : 'reported',
  };
}

export interface DerivedCost {
  readonly effective: EffectiveUsage;
  /** `undefined`: see `missing`. */
  readonly cost: Cost | undefined;
  readonly missing: 'usage' | 'price' | undefined;
  /** How the cached tokens and the reasoning were read; absent where there are none. */
  readonly cached: 'part of input' | 'next to input' | undefined;
  readonly reasoning: 'part of output' | 'next to output' | undefined;
  readonly sourceOf: (part: CostPart) => SideSource;
}

export function deriveCost(registers: CostRegisters): DerivedCost {
  const effective = effectiveUsage(registers);
  const price = priceOfAmounts(registers.priceId, registers.amounts);
  // Without a price the parts are still worth to see: they cost nothing then, and nothing is claimed.
  const split = costOf(effective.usage, price ?? FREE);
  const cost = price === undefined ? undefined : split;
  return {
    effective,
    cost,
    missing: split === undefined ? 'usage' : price === undefined ? 'price' : undefined,
    cached: cachedAs(effective.usage, split),
    reasoning: reasoningAs(effective.usage, split),
    sourceOf: ({ part }) =>
      part === 'input'
        ? (effective.input ?? 'reported')
        : part === 'output'
          ? (effective.output ?? 'reported')
          : 'reported',
  };
}

/** Names all parts. */
const FREE = {
  id: '',
  perToken: Object.fromEntries(PRICED_PARTS.map((part) => [part, 0])) as Record<PricedPart, number>,
  tiers: [],
};

function cachedAs({ input, cacheRead = 0, cacheWrite = 0 }: Usage, split: Cost | undefined): DerivedCost['cached'] {
  if (cacheRead + cacheWrite === 0 || split === undefined) return undefined;
  return input !== undefined && split.promptTokens > input ? 'next to input' : 'part of input';
}

function reasoningAs(
  { output, reasoning = 0, reasoningOutsideOutput }: Usage,
  split: Cost | undefined,
): DerivedCost['reasoning'] {
  if (reasoning === 0 || split === undefined) return undefined;
  return output !== undefined && reasoningOutsideOutput === true ? 'next to output' : 'part of output';
}
