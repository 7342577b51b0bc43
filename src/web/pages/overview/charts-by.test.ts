import { describe, expect, it } from 'vitest';
import { SeriesQuery } from '../../../query/metric-series.ts';
import {
  costPlan,
  errorsPlan,
  GROUPINGS,
  groupingOf,
  latencyPlan,
  noneLabel,
  PERCENTILES,
  percentileOf,
  requestsPlan,
  tokensPlan,
} from './charts-by.ts';

describe('the charts of a grouping', () => {
  const plans = GROUPINGS.flatMap((by) =>
    [
      requestsPlan(by),
      errorsPlan(by),
      tokensPlan(by),
      costPlan(by),
      ...PERCENTILES.map((one) => latencyPlan(by, one)),
    ].map((plan) => ({ by, plan })),
  );

  it.each(plans)('are questions that the server answers: $plan.metric by $by', ({ by, plan }) => {
    expect(SeriesQuery.safeParse({ metric: plan.metric, groupBy: by }).success).toBe(true);
    // As the server has it: traces have no model.
    expect(plan.metric === 'traces' && by === 'model').toBe(false);
    expect(by === 'none' || plan.title.includes('by ')).toBe(true);
  });

  it('say what they count', () => {
    expect(requestsPlan('model').title).toBe('Model calls by model');
    expect(latencyPlan('model', 'p99').title).toBe('Latency p99 of model calls by model');
    expect(latencyPlan('agent', 'p50').title).toBe('Latency p50 of traces by agent');
    expect(noneLabel('agent')).toBe('no agent');
  });

  it('of a URL that says nonsense are the usual ones', () => {
    expect(groupingOf('constructor')).toBe('none');
    expect(groupingOf('user')).toBe('user');
    expect(percentileOf('p100')).toBe('p95');
  });
});
