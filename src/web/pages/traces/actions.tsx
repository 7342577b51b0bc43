/** What can be done with the list as a whole. */

import type { TimeRange } from '../../api/time-range.ts';
import { filtersOf, withFilters } from '../../filter-bar/filters.ts';
import { SavedViews } from '../../saved-views/saved-views.tsx';
import { type View, type ViewSearch, viewSearch } from '../../saved-views/views.ts';
import { type ColumnState, printColumns } from './column-state.ts';
import { ColumnsMenu } from './columns-menu.tsx';
import { ExportMenu } from './export-menu.tsx';
import { LiveToggle } from './live-toggle.tsx';
import type { TraceSearch } from './trace-search.ts';
import type { Newest } from './use-newest.ts';

export function Actions({
  search,
  onSearch,
  range,
  isLive,
  newest,
  columnState,
  onColumns,
  isRelative,
  onRelative,
  count,
}: {
  search: ViewSearch;
  onSearch: (next: (before: TraceSearch) => TraceSearch) => void;
  range: TimeRange;
  isLive: boolean;
  newest: Newest;
  columnState: ColumnState;
  onColumns: (state: ColumnState) => void;
  isRelative: boolean;
  onRelative: (is: boolean) => void;
  count: string | undefined;
}) {
  return (
    <>
      <LiveToggle
        isLive={isLive}
        canBeLive={range.isLive}
        newest={newest}
        onChange={(is) => onSearch(({ live: _live, ...others }) => (is ? { ...others, live: '1' } : others))}
      />
      <SavedViews
        // Also the usual columns are said: what is usual changes, a view does not.
        search={{ ...search, columns: printColumns(columnState) }}
        onApply={(view, isBuiltIn) => onSearch((now) => applied(now, view, isBuiltIn))}
      />
      <ColumnsMenu state={columnState} onChange={onColumns} isRelative={isRelative} onRelative={onRelative} />
      <ExportMenu filters={filtersOf(search)} range={range} count={count} />
    </>
  );
}

/** A built-in view changes the filters only; one's own brings its time and columns along. */
function applied(now: TraceSearch, view: View, isBuiltIn: boolean): TraceSearch {
  if (isBuiltIn) return withFilters(now, filtersOf(view.search));
  return { ...viewSearch(view.search), ...(now.live === undefined ? {} : { live: now.live }) };
}
