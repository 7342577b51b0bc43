/** Which charts the overview has for a grouping, and what each of them then counts (docs/guide/api.md, "Series"). */

import type { z } from 'zod';
import type { SeriesQuery } from '../../../query/metric-series.ts';

export const GROUPINGS = ['none', 'dialect', 'model', 'agent', 'user'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const GROUPING_LABELS: Readonly<Record<Grouping, string>> = {
  none: 'All',
  dialect: 'Dialect',
  model: 'Model',
  agent: 'Agent',
  user: 'User',
};

export const PERCENTILES = ['p50', 'p95', 'p99'] as const;
export type Percentile = (typeof PERCENTILES)[number];

export function groupingOf(text: string | undefined): Grouping {
  return GROUPINGS.find((one) => one === text) ?? 'none';
}

export function percentileOf(text: string | undefined): Percentile {
  return PERCENTILES.find((one) => one === text) ?? 'p95';
}

type Metric = z.input<typeof SeriesQuery>['metric'];

export interface ChartPlan {
  readonly metric: Metric;
  readonly title: string;
  readonly text?: string;
  /** What has no group is not what the title says: a span without a model is no call of a model. */
  readonly isOnlyNamed?: true;
}

const BY: Readonly<Record<Grouping, string>> = {
  none: '',
  dialect: ' by dialect',
  model: ' by model',
  agent: ' by agent',
  user: ' by user',
};

/** Traces have no model of their own: by model their spans are counted. */
export function requestsPlan(by: Grouping): ChartPlan {
  if (by === 'model')
    return {
      metric: 'spans',
      title: 'Model calls by model',
      text: 'Calls, and not traces: one trace may call several models.',
      isOnlyNamed: true,
    };
  return { metric: 'traces', title: `Requests${BY[by]}` };
}

export function errorsPlan(by: Grouping): ChartPlan {
  return { metric: 'errors', title: `Failed spans${BY[by]}` };
}

export function tokensPlan(by: Grouping): ChartPlan {
  return { metric: 'tokens', title: `Tokens${BY[by]}` };
}

export function costPlan(by: Grouping): ChartPlan {
  return { metric: 'cost', title: `Cost${BY[by]}` };
}

export function latencyPlan(by: Grouping, percentile: Percentile): ChartPlan {
  const metric = `latency_${percentile}` as const;
  if (by === 'model') return { metric, title: `Latency ${percentile} of model calls by model`, isOnlyNamed: true };
  return { metric, title: by === 'none' ? 'Latency of traces' : `Latency ${percentile} of traces${BY[by]}` };
}

/** What a line is called whose things name no group. */
export function noneLabel(by: Grouping): string {
  return by === 'none' ? 'all' : `no ${GROUPING_LABELS[by].toLowerCase()}`;
}
