/**
 * Whose usage repeats what spans below it report. Vendors tell the usage of a run twice, once for each model call and once
 * for what made the calls; a sum must take it once. docs/decisions/0008-enrich.md has the rule and its reasons.
 */

import { parentsOf } from '../canonical/span-tree.ts';
import { pricedParts, type Usage, usageOfCounts } from '../canonical/usage.ts';
import type { StoredSpan } from './stored-span.ts';

export function isModelCall(kind: string): boolean {
  return kind === 'llm' || kind === 'embedding';
}

/** The sides that a reader sees: what the client reported, else what was counted (query/cost-sql.ts does the same). */
export function effectiveUsage({
  hasTokens,
  counts,
  counted,
}: Pick<StoredSpan, 'hasTokens' | 'counts' | 'counted'>): Usage {
  const reported = hasTokens ? usageOfCounts(counts) : {};
  const [revision, input, output] = counted;
  if (revision === 0) return reported;
  const filledInput = reported.input === undefined && input >= 0;
  const { cacheOutsideInput, ...rest } = reported;
  return {
    ...(filledInput ? { ...rest, input } : reported),
    ...(reported.output === undefined && output >= 0 ? { output } : {}),
  };
}

/** All tokens that went in, and all that came out. */
interface Sides {
  readonly input: number;
  readonly output: number;
}

const NOTHING: Sides = { input: 0, output: 0 };

function sidesOf(span: StoredSpan): Sides | undefined {
  const parts = pricedParts(effectiveUsage(span));
  if (parts === undefined || span.isHidden) return undefined;
  const input = parts.input + parts.cacheRead + parts.cacheWrite + parts.cacheWrite1h + parts.audioInput;
  const output = parts.output + parts.audioOutput;
  // Nothing repeats a zero, and a zero repeats nothing.
  return input + output === 0 ? undefined : { input, output };
}

/** Ids of the spans of one trace, which come by start, whose usage is not to be added up. */
export function repeatingSpans(spans: readonly StoredSpan[]): ReadonlySet<string> {
  const used = new Map<string, Sides>();
  for (const span of spans) {
    const sides = sidesOf(span);
    if (sides !== undefined) used.set(span.spanId, sides);
  }
  if (used.size < 2) return new Set();
  const below = sumsBelow(spans, used);
  const repeating = spans.filter(({ spanId, kind }) => {
    const [own, sum] = [used.get(spanId), below.get(spanId)];
    if (own === undefined || sum === undefined) return false;
    return !isModelCall(kind) || (own.input === sum.input && own.output === sum.output);
  });
  return new Set(repeating.map(({ spanId }) => spanId));
}

/** For each span above another with usage: the sum of the nearest ones below it. From the leaves up, each span once. */
function sumsBelow(spans: readonly StoredSpan[], used: ReadonlyMap<string, Sides>): Map<string, Sides> {
  const parentOf = parentsOf(spans, true);
  const openChildren = new Map<string, number>();
  for (const parent of parentOf.values()) {
    if (parent !== null) openChildren.set(parent, (openChildren.get(parent) ?? 0) + 1);
  }
  const sums = new Map<string, Sides>();
  const ready = [...parentOf.keys()].filter((spanId) => !openChildren.has(spanId));
  for (let spanId = ready.pop(); spanId !== undefined; spanId = ready.pop()) {
    const parent = parentOf.get(spanId) ?? null;
    if (parent === null) continue;
    const { input, output } = used.get(spanId) ?? sums.get(spanId) ?? NOTHING;
    const sum = sums.get(parent) ?? NOTHING;
    if (input + output > 0) sums.set(parent, { input: sum.input + input, output: sum.output + output });
    const open = (openChildren.get(parent) ?? 1) - 1;
    openChildren.set(parent, open);
    if (open === 0) ready.push(parent);
  }
  return sums;
}
