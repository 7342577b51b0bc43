/** For golden tests of usage: a block as it was sent, and by hand what the call consists of. */

import type { JsonObject } from './json.ts';
import { PRICED_PARTS, type PricedPart } from './usage.ts';

export interface Golden {
  readonly name: string;
  readonly usage: JsonObject;
  /** Parts that are not listed are zero. */
  readonly parts: Partial<Record<PricedPart, number>>;
  readonly total: number;
}

const NONE = Object.fromEntries(PRICED_PARTS.map((part) => [part, 0]));

export function allParts(parts: Golden['parts']): Record<string, number> {
  return { ...NONE, ...parts };
}
