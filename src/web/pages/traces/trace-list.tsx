/** The part of the page that scrolls: rows or cards, what stands at their end, and what stands there without any. */

import { ArrowUp } from 'lucide-react';
import { useApi } from '../../api/project.tsx';
import type { TimeRange } from '../../api/time-range.ts';
import type { TraceFilters } from '../../filter-bar/fields.ts';
import { Button } from '../../ui/button.tsx';
import { wholeNumber } from '../../ui/format.ts';
import { useMedia } from '../../ui/media.ts';
import { Failure, Skeleton } from '../../ui/page.tsx';
import type { ColumnState } from './column-state.ts';
import { NoTraces } from './no-traces.tsx';
import { TraceCards } from './trace-cards.tsx';
import { TraceTable } from './trace-table.tsx';
import styles from './traces.module.css';
import type { HeldList } from './use-held-list.ts';
import { PAGE_TRACES } from './use-traces.ts';

export function TraceList({
  list: { list, traces, newest, scroller },
  filters,
  range,
  columnState,
  isRelative,
  onColumns,
  onFilters,
}: {
  list: HeldList;
  filters: TraceFilters;
  range: TimeRange;
  columnState: ColumnState;
  isRelative: boolean;
  onColumns: (state: ColumnState) => void;
  onFilters: (filters: TraceFilters) => void;
}) {
  const { projectId } = useApi();
  const isPhone = useMedia('(width < 40rem)');
  const { waitingCount, showWaiting, release } = newest;
  const shared = {
    ...{ traces, scroller, projectId, isRelative, isWhole: !list.hasNextPage },
    canAskMore: list.hasNextPage && !list.isFetching && !list.isFetchNextPageError,
    onMore: list.fetchNextPage,
  };
  const isThere = list.data !== undefined;
  const isNothing = isThere && traces.length === 0 && !list.isFetching && !list.hasNextPage;
  return (
    <div className={styles.list}>
      {list.isPlaceholderData && <div className={styles.busy} />}
      {waitingCount > 0 && (
        <Waiting
          count={waitingCount}
          onShow={() => {
            showWaiting();
            scroller.current?.scrollTo({ top: 0 });
          }}
        />
      )}
      <section
        ref={scroller}
        aria-label="List of traces"
        className={styles.scroller}
        aria-busy={list.isFetching}
        data-scroll-restoration-id="traces"
        onPointerLeave={release}
        onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || release()}
        onScroll={waitingCount === 0 ? undefined : release}
      >
        {!isThere && list.error === null && <Skeleton lines={14} label="Loading the traces" />}
        {!isThere && list.error !== null && <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {traces.length > 0 && !isPhone && <TraceTable {...shared} columnState={columnState} onColumns={onColumns} />}
        {traces.length > 0 && isPhone && <TraceCards {...shared} />}
        {isNothing && <NoTraces {...{ filters, range, onFilters }} />}
        {isThere && <Tail list={list} count={traces.length} />}
      </section>
    </div>
  );
}

function Waiting({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div className={styles.waiting}>
      <Button isSmall look="primary" icon={<ArrowUp aria-hidden="true" />} onClick={onShow}>
        {count >= PAGE_TRACES ? `${PAGE_TRACES} or more` : count} new {count === 1 ? 'trace' : 'traces'}
      </Button>
    </div>
  );
}

/** What follows the last row. */
function Tail({ list, count }: { list: HeldList['list']; count: number }) {
  const onMore = () => void list.fetchNextPage();
  if (list.isFetchNextPageError) return <Failure error={list.error} onRetry={onMore} />;
  // The server looked for as long as it may, and has not found any yet.
  if (count === 0 && list.hasNextPage && !list.isFetching)
    return (
      <p className={styles.tail}>
        Nothing found so far.{' '}
        <Button isSmall onClick={onMore}>
          Look further back
        </Button>
      </p>
    );
  if (count === 0) return null;
  return (
    <p className={styles.tail}>{list.hasNextPage ? 'Loading more…' : `${wholeNumber(count)} shown, that is all`}</p>
  );
}
