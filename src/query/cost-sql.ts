/**
 * Usage and cost of spans in the store's SQL: what `usageOfCounts`, `pricedParts` and `totalTokens` (canonical/usage.ts)
 * and the price's tiers give, for millions of rows. cost-sql.test.ts holds the two against each other.
 *
 * Each step is a subquery of its own: the engine writes aliases out wherever they are used, and planned all of it in one
 * SELECT in 0.46 s instead of 0.12 s (measured). Reading the three registers takes longer than computing with them.
 * Inside, -1 is "not said", as the store keeps it: NULLs would double the work. Amounts are pico-dollars, whole numbers
 * of 128 bits: ten million spans of 10^12 tokens at a thousand dollars each still fit.
 */

import { PRICED_PARTS, USAGE_FIELDS } from '../canonical/usage.ts';

/** Where the counts of a span come from, as the sums compare them: the greatest is the least certain. */
export const USAGE_SOURCES = [null, 'reported', 'counted', 'estimated'] as const;
export type UsageSource = (typeof USAGE_SOURCES)[number];

/** Columns that hold the effective counts, in the order of `USAGE_FIELDS`; NULL is "not known". */
export const COUNT_COLUMNS = [
  'tokens_input',
  'tokens_output',
  'tokens_read',
  'tokens_write',
  'tokens_reasoning',
  'tokens_total',
  'tokens_write_1h',
  'tokens_audio_input',
  'tokens_audio_output',
] as const satisfies { readonly length: (typeof USAGE_FIELDS)['length'] };

const PARTS = PRICED_PARTS.length;
const place = (field: (typeof USAGE_FIELDS)[number]) => USAGE_FIELDS.indexOf(field) + 1;

const said = (field: (typeof USAGE_FIELDS)[number]) => `cost_said[${place(field)}]`;
const orZero = (column: string) => `greatest(${column}, 0)`;

const NOTHING_SAID = `[${[...USAGE_FIELDS.map(() => -1), 0].join(', ')}]`;

/** Rows that fulfil `without` have said nothing. */
const registers = (without: string) => [
  `empty(tupleElement(joined_tokens, 3)) OR ${without} AS cost_unsaid`,
  `if(cost_unsaid, ${NOTHING_SAID}, tupleElement(joined_tokens, 3)) AS cost_said`,
  // All zeros is the register that nobody wrote.
  `if(${without} OR joined_counted = (0, 0, 0, 0), -1, tupleElement(joined_counted, 2)) AS cost_counted_input`,
  `if(${without} OR joined_counted = (0, 0, 0, 0), -1, tupleElement(joined_counted, 3)) AS cost_counted_output`,
  'tupleElement(joined_price, 5) AS cost_amounts',
];

const SAID = [
  `${said('input')} AS cost_said_input`,
  `${said('output')} AS cost_said_output`,
  `${said('total')} AS cost_said_total`,
  `cost_said[${USAGE_FIELDS.length + 1}] AS cost_layout`,
  `${orZero(said('cacheRead'))} AS cost_read`,
  `${orZero(said('cacheWrite'))} AS cost_write`,
  `${orZero(said('reasoning'))} AS cost_reasoning`,
];

const SIDES = [
  'cost_said_input < 0 AND cost_counted_input >= 0 AS cost_fills_input',
  'cost_said_output < 0 AND cost_counted_output >= 0 AS cost_fills_output',
  'if(cost_fills_input, cost_counted_input, cost_said_input) AS cost_input',
  'if(cost_fills_output, cost_counted_output, cost_said_output) AS cost_output',
  'cost_read + cost_write AS cost_cached',
  'cost_input >= 0 OR cost_output >= 0 OR cost_said_total >= 0 AS cost_is_known',
];

const ALL_INPUT = [
  `if(cost_input >= 0, cost_input, greatest(${orZero('cost_said_total')} - ${orZero('cost_output')}, 0)) AS cost_side_input`,
  // What was counted from the text holds the cached part of it, whatever the client leaves out of its own count.
  `if(cost_input >= 0 AND ((bitAnd(cost_layout, 1) != 0 AND NOT cost_fills_input) OR cost_cached > cost_side_input),
    cost_side_input + cost_cached, cost_side_input) AS cost_all_input`,
];

const ALL_OUTPUT = [
  `multiIf(cost_output >= 0, cost_output + if(bitAnd(cost_layout, 2) != 0, cost_reasoning, 0),
    cost_input < 0, 0, cost_said_total < 0, 0, greatest(cost_said_total - cost_all_input, 0)) AS cost_all_output`,
  'greatest(cost_all_input - cost_cached, 0) AS cost_fresh',
  `least(${orZero(said('audioOutput'))}, cost_all_output) AS cost_audio_output`,
  `least(${orZero(said('audioInput'))}, cost_fresh) AS cost_audio_input`,
  `least(${orZero(said('cacheWrite1h'))}, cost_write) AS cost_write_1h`,
  'cost_fresh + cost_cached AS cost_prompt',
  // Tiers ascend: as many as the prompt is longer than, so many steps of eight places.
  `if(length(cost_amounts) <= ${PARTS}, 0, ${PARTS + 1} * arrayCount(tier -> cost_amounts[tier * ${PARTS + 1}] < cost_prompt,
    range(1, intDiv(length(cost_amounts), ${PARTS + 1}) + 1))) AS cost_tier`,
];

/** In the order of `PRICED_PARTS`. */
const PART_EXPRESSIONS = [
  'cost_fresh - cost_audio_input',
  'cost_read',
  'cost_write - cost_write_1h',
  'cost_write_1h',
  'cost_all_output - cost_audio_output',
  'cost_audio_input',
  'cost_audio_output',
] as const satisfies { readonly length: (typeof PRICED_PARTS)['length'] };

const PRICED = `arraySum(arrayMap((tokens, amount) -> toInt128(tokens) * amount, [${PART_EXPRESSIONS.join(', ')}],
    arraySlice(cost_amounts, cost_tier + 1, ${PARTS})))`;

const COUNTS: Readonly<Record<(typeof USAGE_FIELDS)[number], string>> = {
  input: 'cost_input',
  output: 'cost_output',
  cacheRead: said('cacheRead'),
  cacheWrite: said('cacheWrite'),
  reasoning: said('reasoning'),
  total: 'if(cost_said_total < 0 AND cost_is_known, cost_prompt + cost_all_output, cost_said_total)',
  cacheWrite1h: said('cacheWrite1h'),
  audioInput: said('audioInput'),
  audioOutput: said('audioOutput'),
};

const COST = [
  ...USAGE_FIELDS.map((field, i) => `nullIf(${COUNTS[field]}, -1) AS ${COUNT_COLUMNS[i]}`),
  `if(cost_is_known AND notEmpty(cost_amounts), ${PRICED}, NULL) AS cost_pico`,
  'multiIf(cost_fills_input OR cost_fills_output, 2 + tupleElement(joined_counted, 4), cost_unsaid, 0, 1) AS usage_source',
];

/**
 * `table` with `COUNT_COLUMNS`, `cost_pico` (NULL without usage or price) and `usage_source` (a place in `USAGE_SOURCES`).
 * It has the joined registers `joined_tokens`, `joined_counted` and `joined_price`; other columns pass through. Rows that
 * fulfil `without` get neither counts nor cost.
 */
export function withCost(table: string, without = '0'): string {
  return [registers(without), SAID, SIDES, ALL_INPUT, ALL_OUTPUT, COST].reduce(
    (inner, columns) => `SELECT *, ${columns.join(', ')} FROM (${inner})`,
    table,
  );
}
