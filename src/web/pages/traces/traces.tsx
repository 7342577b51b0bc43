/** The list of traces: which ones, and what of them. All of it is in the URL. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { PanelLeft } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { useTimeRange } from '../../api/time-range.ts';
import type { TraceFilters } from '../../filter-bar/fields.ts';
import { FilterBar } from '../../filter-bar/filter-bar.tsx';
import { filtersOf, withFilters } from '../../filter-bar/filters.ts';
import { IconButton } from '../../ui/button.tsx';
import { wholeNumber } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { useStored } from '../../ui/stored.ts';
import { Actions } from './actions.tsx';
import { FacetPanel } from './facet-panel.tsx';
import { TraceList } from './trace-list.tsx';
import type { TraceSearch } from './trace-search.ts';
import styles from './traces.module.css';
import { useColumns } from './use-columns.ts';
import { countWords, useFacets } from './use-facets.ts';
import { useHeldList } from './use-held-list.ts';
import { useSide } from './use-side.ts';

export function TracesPage() {
  const search = useSearch({ from: '/p/$projectId/traces' });
  const range = useTimeRange();
  const filters = useMemo(() => filtersOf(search), [search]);
  const isLive = search.live === '1' && range.isLive;
  const list = useHeldList(filters, range, isLive);
  const facets = useFacets(filters, range, isLive);
  const count = countWords(facets.data, wholeNumber);
  const [columnState, onColumns] = useColumns();
  const [times, setTimes] = useStored('tributary.times');
  const isRelative = times === 'relative';
  const onRelative = (is: boolean) => setTimes(is ? 'relative' : null);
  const side = useSide();
  const onSearch = useSetSearch();
  const { scroller } = list;
  const onFilters = useCallback(
    (next: TraceFilters) => {
      scroller.current?.scrollTo({ top: 0 });
      onSearch((before) => withFilters(before, next));
    },
    [scroller, onSearch],
  );
  const panel = <FacetPanel {...{ facets, filters, onChange: onFilters }} />;
  const shared = { range, columnState, onColumns, isRelative };
  return (
    <Page
      isWide
      title="Traces"
      actions={<Actions {...{ ...shared, search, onSearch, isLive, newest: list.newest, onRelative, count }} />}
    >
      <div className={styles.tools}>
        <IconButton
          label={side.isBeside ? 'Hide the values' : 'Show the values'}
          isPressed={side.isBeside || side.isOver}
          icon={<PanelLeft aria-hidden="true" />}
          onClick={side.toggle}
        />
        <div className={styles.filters}>
          <FilterBar filters={filters} onChange={onFilters} />
        </div>
        <p className={`${styles.count} numbers`} role="status">
          {count ?? '\u2007'}
        </p>
      </div>
      <div className={`${styles.main} ${side.isBeside ? styles.withPanel : ''}`}>
        {side.isBeside && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key (WCAG 2.1.1)
          <aside className={styles.panel} aria-label="Values to filter by" tabIndex={0}>
            {panel}
          </aside>
        )}
        <TraceList {...{ ...shared, list, filters, onFilters }} />
      </div>
      <Sheet title="Filter by" isOpen={side.isOver} onClose={side.close}>
        {panel}
      </Sheet>
    </Page>
  );
}

/** A step of its own in the browser's history. */
function useSetSearch(): (next: (before: TraceSearch) => TraceSearch) => void {
  const navigate = useNavigate();
  return useCallback((next) => void navigate({ to: '.', search: (before) => next(before as TraceSearch) }), [navigate]);
}
