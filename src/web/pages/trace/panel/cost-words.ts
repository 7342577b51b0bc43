/** The words of the API about costs, as people say them. */

import type { SpanCostBody } from '../../../../query/get-span-cost.ts';

type Part = SpanCostBody['parts'][number];

export const PARTS: Readonly<Record<Part['part'], string>> = {
  input: 'Input',
  cacheRead: 'Input, read from cache',
  cacheWrite: 'Input, written to cache',
  cacheWrite1h: 'Input, written to cache for an hour',
  audioInput: 'Input, audio',
  output: 'Output',
  audioOutput: 'Output, audio',
};

export const SOURCES: Readonly<Record<Part['source'], string>> = {
  reported: 'reported by the client',
  counted: 'counted from the text',
  estimated: 'estimated from the text',
  remainder: 'what the total leaves',
};

export const MISSING: Readonly<Record<NonNullable<SpanCostBody['missing']>, string>> = {
  usage: 'No cost: the client reported no tokens, and there is no text to count.',
  model: 'No cost: the span names no model.',
  price: 'No cost: no price is known for this model. You can set one of your own in the settings.',
};

const PICO_DIGITS = 12;

/** `$0.000123`, every digit of the trillionths. */
export function exactUsd(picoUsd: string): string {
  const digits = picoUsd.padStart(PICO_DIGITS + 1, '0');
  const whole = digits.slice(0, -PICO_DIGITS);
  const rest = digits.slice(-PICO_DIGITS).replace(/0+$/, '');
  return `$${whole}${rest === '' ? '' : `.${rest}`}`;
}
