/** Which models, agents and users most of it is about. One question after the other, and only when somebody looks. */

import { keepPreviousData } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { listModelsRoute } from '../../../query/list-models.ts';
import type { metricSeriesRoute } from '../../../query/metric-series.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { useVisible } from '../../charts/use-visible.ts';
import { FRESH_MS } from './fresh.ts';
import styles from './overview.module.css';
import { TopList } from './top-list.tsx';
import { byName, rowsOfSeries, topByCost, topByCount, totalOf } from './top-rows.ts';

/** More models than these are rare; those that were seen last are looked at. */
const MODELS_ASKED = 200;
const KEPT = { placeholderData: keepPreviousData, staleTime: FRESH_MS };

export function TopLists({ isReady }: { isReady: boolean }) {
  const { from, to } = useTimeRange();
  const { ref, isVisible } = useVisible<HTMLDivElement>();
  const isAsked = isReady && isVisible;
  const models = useAnswer<typeof listModelsRoute>(
    '/models',
    { query: { from, to, limit: MODELS_ASKED } },
    { ...KEPT, enabled: isAsked },
  );
  const agents = useLargest('agent', isAsked && !models.isPending);
  const users = useLargest('user', isAsked && agents.isSettled);
  const topModels = useMemo(
    () =>
      topByCost(byName((models.data?.data ?? []).map((row) => ({ ...row, name: row.model, count: row.callCount })))),
    [models.data],
  );
  return (
    <div ref={ref} className={styles.lists}>
      <TopList
        {...{ title: 'Top models', counted: 'Calls', what: 'models', filter: 'model' }}
        {...{ asked: models, rows: topModels, all: '/p/$projectId/models' }}
      />
      <TopList
        {...{ title: 'Top agents', counted: 'Requests', what: 'agents', filter: 'agent' }}
        {...{ asked: agents.asked, rows: agents.rows, total: agents.total, all: '/p/$projectId/agents' }}
      />
      <TopList
        {...{ title: 'Top users', counted: 'Requests', what: 'users', filter: 'userId' }}
        {...{ asked: users.asked, rows: users.rows, total: users.total, all: '/p/$projectId/users' }}
      />
    </div>
  );
}

/** Of series, because those choose the largest of all, however many there are. */
function useLargest(groupBy: 'agent' | 'user', isEnabled: boolean) {
  const { from, to, interval } = useTimeRange();
  const asked = useAnswer<typeof metricSeriesRoute>(
    '/metrics/series',
    { query: { metric: 'traces', groupBy, from, to, interval } },
    { ...KEPT, enabled: isEnabled },
  );
  const points = asked.data?.data;
  const rows = useMemo(() => topByCount(rowsOfSeries(points ?? [])), [points]);
  const total = useMemo(() => totalOf(points ?? []), [points]);
  return { asked, rows, total, isSettled: !asked.isPending };
}
