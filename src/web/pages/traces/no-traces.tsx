/** Why there is nothing to see, and what to do about it. */

import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { listTracesRoute } from '../../../query/list-traces.ts';
import { useApi, useKey } from '../../api/project.tsx';
import { RANGES, type TimeRange, useSetTimeRange } from '../../api/time-range.ts';
import type { TraceFilters } from '../../filter-bar/fields.ts';
import { hasFilters } from '../../filter-bar/filters.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Empty } from '../../ui/page.tsx';
import { say } from '../../ui/toast.tsx';
import { longerRange, rangeAround } from './reach.ts';
import styles from './traces.module.css';
import type { QueryFilters } from './use-traces.ts';

export function NoTraces({
  filters,
  range,
  onFilters,
}: {
  filters: TraceFilters;
  range: TimeRange;
  onFilters: (filters: TraceFilters) => void;
}) {
  const api = useApi();
  const setRange = useSetTimeRange();
  const { data: key } = useKey();
  const isFiltered = hasFilters(filters);
  const newest = useMutation({
    mutationFn: () =>
      api.call<typeof listTracesRoute>('get', '/traces', { query: { ...(filters as QueryFilters), limit: 1 } }),
    onSuccess: ({ data: [trace] }) => {
      if (trace === undefined) say(isFiltered ? 'No trace of any time matches' : 'There are no traces yet');
      else setRange(rangeAround(Date.parse(trace.startTime), Date.now()));
    },
    onError: (error) => say(error.message, 'error'),
  });
  if (key?.hasEvents === false) {
    return (
      <Empty
        title="No events yet"
        text="Point a client at this server, and its traces are here within a second or so."
        action={
          <Link to="/p/$projectId/start" params={{ projectId: api.projectId }} className={buttonClass('primary')}>
            Send the first event
          </Link>
        }
      />
    );
  }
  const longer = longerRange(range);
  return (
    <Empty
      title={isFiltered ? 'Nothing matches in this time' : 'No traces in this time'}
      text={isFiltered ? 'The filters or the time leave nothing over.' : 'There may be some at other times.'}
      action={
        <div className={styles.choices}>
          {isFiltered && <Button onClick={() => onFilters({})}>Remove the filters</Button>}
          {longer !== undefined && <Button onClick={() => setRange({ range: longer })}>{RANGES[longer].label}</Button>}
          <Button isBusy={newest.isPending} onClick={() => newest.mutate()}>
            {isFiltered ? 'Go to the newest that matches' : 'Go to the newest'}
          </Button>
        </div>
      }
    />
  );
}
