/**
 * The charts. Two questions are under way at a time, and none for a chart that nobody sees: the store answers three at
 * once, and others ask, too.
 */

import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useSetTimeRange, useTimeRange } from '../../api/time-range.ts';
import { Chart } from '../../charts/chart.tsx';
import { coloursOf, knownKeys } from '../../charts/colours.ts';
import { type Prepared, zoomed } from '../../charts/series.ts';
import { useVisible } from '../../charts/use-visible.ts';
import { dialectName } from '../../ui/badge.tsx';
import { Segments } from '../../ui/field.tsx';
import { duration, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { useSearchChange } from '../../ui/use-search-change.ts';
import {
  costPlan,
  errorsPlan,
  type Grouping,
  latencyPlan,
  PERCENTILES,
  percentileOf,
  requestsPlan,
  tokensPlan,
} from './charts-by.ts';
import styles from './overview.module.css';
import { type AskedSeries, useSeries } from './use-series.ts';

export function OverTime({ by }: { by: Grouping }) {
  const range = useTimeRange();
  const setRange = useSetTimeRange();
  const lower = useVisible<HTMLDivElement>();
  const requests = useSeries(requestsPlan(by), by, range, true);
  const errors = useSeries(errorsPlan(by), by, range, true);
  const tokens = useSeries(tokensPlan(by), by, range, requests.isSettled && lower.isVisible);
  const cost = useSeries(costPlan(by), by, range, errors.isSettled && lower.isVisible);
  const remembered = useRef<readonly string[]>([]);
  const known = knownKeys(
    [requests, tokens, cost, errors].map(({ chart }) => chart?.lines ?? []),
    remembered.current,
  );
  useEffect(() => {
    remembered.current = known;
  });
  const onZoom = (fromMs: number, toMs: number) => setRange(zoomed(fromMs, toMs));
  const common = (asked: AskedSeries, single: string) => ({
    chart: named(asked.chart, by),
    error: asked.error,
    onRetry: asked.retry,
    colours: by === 'none' ? [single] : coloursOf(asked.chart?.lines ?? [], known),
    onZoom,
  });
  return (
    <div className={styles.charts}>
      <Chart {...requestsPlan(by)} {...common(requests, '--series-1')} kind="bars" format={wholeNumber} />
      <Chart {...errorsPlan(by)} {...common(errors, '--error')} kind="bars" format={wholeNumber} />
      <div ref={lower.ref} className={styles.lower}>
        <Chart {...tokensPlan(by)} {...common(tokens, '--series-3')} kind="bars" format={shortNumber} />
        <Chart {...costPlan(by)} {...common(cost, '--series-4')} kind="bars" format={usd} />
      </div>
      <Latency by={by} known={known} isReady={tokens.isSettled && cost.isSettled} onZoom={onZoom} />
    </div>
  );
}

const PERCENTILE_COLOURS = ['--series-3', '--series-1', '--series-2'];

/** Without groups the three percentiles; percentiles of groups are one chart each, because they do not stack. */
function Latency({
  by,
  known,
  isReady,
  onZoom,
}: {
  by: Grouping;
  known: readonly string[];
  isReady: boolean;
  onZoom: (fromMs: number, toMs: number) => void;
}) {
  const range = useTimeRange();
  const { latency } = useSearch({ from: '/p/$projectId/' });
  const change = useSearchChange();
  const { ref, isVisible } = useVisible<HTMLDivElement>();
  const chosen = percentileOf(latency);
  const isAll = by === 'none';
  const isAsked = isReady && isVisible;
  const p50 = useSeries(latencyPlan(by, 'p50'), by, range, isAsked && (isAll || chosen === 'p50'));
  const p95 = useSeries(latencyPlan(by, 'p95'), by, range, isAsked && (isAll || chosen === 'p95'));
  const p99 = useSeries(latencyPlan(by, 'p99'), by, range, isAsked && (isAll ? p50.isSettled : chosen === 'p99'));
  const one = { p50, p95, p99 }[chosen];
  const all = [p50, p95, p99];
  const chart = isAll ? joined(all.map((asked) => asked.chart)) : one.chart;
  return (
    <div ref={ref} className={styles.whole}>
      <Chart
        {...latencyPlan(by, chosen)}
        chart={named(chart, by)}
        error={isAll ? (all.find(({ error }) => error !== null)?.error ?? null) : one.error}
        onRetry={() => {
          for (const { retry } of isAll ? all : [one]) retry();
        }}
        kind="lines"
        colours={isAll ? PERCENTILE_COLOURS : coloursOf(chart?.lines ?? [], known)}
        format={duration}
        onZoom={onZoom}
        {...(isAll
          ? {}
          : {
              actions: (
                <Segments
                  label="Percentile"
                  value={chosen}
                  options={PERCENTILES.map((percentile) => [percentile, percentile] as const)}
                  onChange={(next) => change({ latency: next })}
                />
              ),
            })}
      />
    </div>
  );
}

/** The percentiles as lines of one chart, once all of them are there for the same time. */
function joined(charts: readonly (Prepared | undefined)[]): Prepared | undefined {
  const there = charts.filter((chart) => chart !== undefined);
  const [first] = there;
  if (first === undefined || there.length < charts.length) return undefined;
  const lines = there.map(({ lines: [line] }, place) => {
    const percentile = PERCENTILES[place] ?? '';
    const isAligned = line !== undefined && line.values.length === first.starts.length;
    return {
      key: percentile,
      label: percentile,
      values: isAligned ? line.values : first.starts.map(() => null),
      isRest: false,
    };
  });
  return { ...first, lines };
}

/** Vendors have names of their own. */
function named(chart: Prepared | undefined, by: Grouping): Prepared | undefined {
  if (chart === undefined || by !== 'dialect') return chart;
  return {
    ...chart,
    lines: chart.lines.map((line) => (line.isRest ? line : { ...line, label: dialectName(line.key) })),
  };
}
