/** Views with a name: filters, columns and time. They are kept in this browser, one list for each project. */

import type { RangeSearch } from '../api/time-range.ts';
import { filtersOf, isSame } from '../filter-bar/filters.ts';
import type { TraceSearch } from '../pages/traces/trace-search.ts';

/** What of the URL a view is. */
export type ViewSearch = TraceSearch & RangeSearch;

export interface View {
  readonly id: string;
  readonly name: string;
  readonly search: ViewSearch;
}

export const VIEWS_MAX = 100;
export const NAME_CHARS_MAX = 80;

/** They leave the time and the columns as they are. */
export const BUILT_IN: readonly View[] = [
  { id: 'failed', name: 'Failed', search: { status: ['error'] } },
  { id: 'slow', name: 'Slow (≥ 10 s)', search: { durationMsMin: '10000' } },
  { id: 'expensive', name: 'Expensive (≥ $0.10)', search: { costUsdMin: '0.1' } },
  { id: 'running', name: 'Running', search: { status: ['running'] } },
];

/** The part of a URL that a view keeps. Being live is not a way to look at traces of last week. */
export function viewSearch({ live: _live, ...search }: ViewSearch): ViewSearch {
  return search;
}

/** A built-in view is open when its filters are; one's own, when everything is as it was saved. */
export function isOpen(view: View, search: ViewSearch, isBuiltIn: boolean): boolean {
  if (!isSame(filtersOf(view.search), filtersOf(search))) return false;
  if (isBuiltIn) return true;
  const others = ({ range, from, to, columns }: ViewSearch) => JSON.stringify([range, from, to, columns]);
  return others(view.search) === others(search);
}

export function withView(views: readonly View[], view: View): readonly View[] {
  const isKnown = views.some(({ id }) => id === view.id);
  return isKnown ? views.map((one) => (one.id === view.id ? view : one)) : [...views, view].slice(-VIEWS_MAX);
}

export function renamed(views: readonly View[], id: string, name: string): readonly View[] {
  return views.map((view) => (view.id === id ? { ...view, name: cleanName(name) } : view));
}

export function cleanName(name: string): string {
  return name.trim().slice(0, NAME_CHARS_MAX);
}

/** `read` makes a valid search of anything, as the router does for URLs: what is stored may be from another version. */
export function parseViews(
  stored: string | null,
  read: (search: Readonly<Record<string, unknown>>) => ViewSearch,
): readonly View[] {
  let list: unknown;
  try {
    list = JSON.parse(stored ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.slice(0, VIEWS_MAX).flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('id' in one && 'name' in one && 'search' in one)) return [];
    const { id, name, search } = one;
    if (typeof id !== 'string' || typeof name !== 'string' || typeof search !== 'object' || search === null) return [];
    // Any object may be read by the names of its members.
    return [{ id, name: cleanName(name), search: read(search as Record<string, unknown>) }];
  });
}
