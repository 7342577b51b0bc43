/** A call that was given a price which the lists no longer have: only its own derivation can tell that price. */

import { Link } from '@tanstack/react-router';
import type { getSpanCostRoute } from '../../../query/get-span-cost.ts';
import type { getTraceRoute } from '../../../query/get-trace.ts';
import type { listTracesRoute } from '../../../query/list-traces.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import type { Model } from './model-columns.tsx';
import { PartList } from './model-prices.tsx';

export function ExampleCall({
  projectId,
  model,
  priceIds,
}: {
  projectId: string;
  model: Model;
  priceIds: readonly string[];
}) {
  const { from, to } = useTimeRange();
  const traces = useAnswer<typeof listTracesRoute>('/traces', { query: { from, to, model: model.model, limit: 1 } });
  const found = traces.data?.data[0];
  const traceId = found?.traceId ?? '';
  const trace = useAnswer<typeof getTraceRoute>(
    '/traces/{traceId}',
    { params: { traceId }, query: { dialect: found?.dialect, bodies: 'none' } },
    { enabled: found !== undefined },
  );
  const span = trace.data?.spans.find((one) => one.model === model.model && one.costUsd !== null);
  const spanId = span?.spanId ?? '';
  const cost = useAnswer<typeof getSpanCostRoute>(
    '/spans/{spanId}/cost',
    { params: { spanId }, query: { traceId, dialect: found?.dialect } },
    { enabled: span !== undefined },
  );
  const price = cost.data?.price ?? null;
  if (cost.data === undefined || price === null || found === undefined || !priceIds.includes(price.priceId))
    return null;
  const { startTime, parts } = cost.data;
  return (
    <>
      <p>
        <Link
          to="/p/$projectId/traces/$traceId"
          params={{ projectId, traceId }}
          search={{ span: spanId, dialect: found.dialect }}
        >
          A call of {new Date(startTime).toLocaleDateString('en-GB')}
        </Link>{' '}
        was priced so:
      </p>
      <PartList parts={parts.map(({ part, usdPerMillion }) => [part, usdPerMillion] as const)} />
    </>
  );
}
