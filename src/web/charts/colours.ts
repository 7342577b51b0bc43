/** Which colour a line has: of the tokens' eight, the same for one group in all charts of a page. */

import type { Line } from './series.ts';

const COLOURS = 8;
/** As many are remembered: a page that stays open meets ever new users. */
const KEYS_MAX = 500;
/** Of the rest, which is no group: no colour of its own. */
const REST_COLOURS = ['--text-faint', '--line-strong'] as const;

/** `known`: keys of groups, those first that should have the first colours. Answers with names of tokens. */
export function coloursOf(lines: readonly Pick<Line, 'key' | 'isRest'>[], known: readonly string[]): string[] {
  const taken = new Set<number>();
  const given = new Map<string, number>();
  const own = lines.filter(({ isRest }) => !isRest);
  // Those that everybody knows by their colour choose first.
  const places = new Map(known.map((key, place) => [key, place]));
  const inOrder = [...own].sort((a, b) => (places.get(a.key) ?? Infinity) - (places.get(b.key) ?? Infinity) || 0);
  for (const { key } of inOrder) {
    const wanted = (places.get(key) ?? taken.size) % COLOURS;
    const free = Array.from({ length: COLOURS }, (_, step) => (wanted + step) % COLOURS).find((one) => !taken.has(one));
    taken.add(free ?? wanted);
    given.set(key, free ?? wanted);
  }
  let rests = 0;
  return lines.map(({ key, isRest }) => {
    if (!isRest) return `--series-${(given.get(key) ?? 0) + 1}`;
    rests += 1;
    return REST_COLOURS[(rests - 1) % REST_COLOURS.length] ?? REST_COLOURS[0];
  });
}

/** Keys in the order in which they first occur; `before` keep their places, so that a group keeps its colour. */
export function knownKeys(
  charts: readonly (readonly Pick<Line, 'key' | 'isRest'>[])[],
  before: readonly string[] = [],
): string[] {
  return [
    ...new Set([...before, ...charts.flatMap((lines) => lines.flatMap(({ key, isRest }) => (isRest ? [] : [key])))]),
  ].slice(0, KEYS_MAX);
}
