/**
 * Links keep the time that all pages look at, unless they name another one. A range by its name and one from a time to a
 * time exclude each other: to keep one beside the other would bring back what somebody has just left.
 */

import type { RangeSearch } from './time-range.ts';

export function keepRange<Search extends RangeSearch>({
  search,
  next,
}: {
  search: Search;
  next: (search: Search) => Search;
}): Search {
  const found = next(search);
  if (found.range !== undefined || found.from !== undefined || found.to !== undefined) return found;
  const { range, from, to } = search;
  if (from !== undefined && to !== undefined) return { ...found, from, to };
  return range === undefined ? found : { ...found, range };
}
