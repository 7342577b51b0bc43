/** One series of the overview, prepared for its chart. The old picture stays until the new answer is there. */

import { useMemo } from 'react';
import type { metricSeriesRoute } from '../../../query/metric-series.ts';
import { useAnswer } from '../../api/project.tsx';
import type { TimeRange } from '../../api/time-range.ts';
import { bucketsOf, type Prepared, prepare, singleLine } from '../../charts/series.ts';
import { useLatest } from '../../charts/use-latest.ts';
import { type ChartPlan, type Grouping, noneLabel } from './charts-by.ts';
import { FRESH_MS } from './fresh.ts';

/** With the rest and what says no group there are nine colours at most. */
const GROUPS_MAX = 7;

export interface AskedSeries {
  readonly chart: Prepared | undefined;
  readonly error: unknown;
  /** The answer is there, or it will not come. */
  readonly isSettled: boolean;
  readonly retry: () => void;
}

export function useSeries(
  plan: ChartPlan,
  by: Grouping,
  range: Pick<TimeRange, 'from' | 'to' | 'fromMs' | 'toMs' | 'interval'>,
  isEnabled: boolean,
): AskedSeries {
  const { from, to, fromMs, toMs, interval } = range;
  const { data, error, refetch } = useAnswer<typeof metricSeriesRoute>(
    '/metrics/series',
    { query: { metric: plan.metric, groupBy: by, from, to, interval } },
    { enabled: isEnabled, staleTime: FRESH_MS },
  );
  const isMeasured = plan.metric.startsWith('latency');
  const chart = useMemo(() => {
    if (data === undefined) return undefined;
    const buckets = bucketsOf({ fromMs, toMs, interval });
    const absent = isMeasured ? null : 0;
    if (by === 'none') return { ...buckets, lines: [singleLine(data.data, buckets, absent, plan.metric)] };
    const points = plan.isOnlyNamed ? data.data.filter(({ group }) => group !== null) : data.data;
    return prepare(points, { buckets, absent, groupsMax: GROUPS_MAX, noneLabel: noneLabel(by) });
  }, [data, fromMs, toMs, interval, by, isMeasured, plan.metric, plan.isOnlyNamed]);
  const latest = useLatest(chart);
  return {
    chart: error === null ? latest : chart,
    error,
    isSettled: data !== undefined || error !== null,
    retry: () => void refetch(),
  };
}
