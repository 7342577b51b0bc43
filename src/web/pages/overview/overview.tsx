/** What goes on in the project: figures, charts, and who and what stands out. */

import { Navigate, useParams, useSearch } from '@tanstack/react-router';
import { useKey } from '../../api/project.tsx';
import { useQuiet } from '../../charts/use-quiet.ts';
import { Segments } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { useSearchChange } from '../../ui/use-search-change.ts';
import { GROUPING_LABELS, GROUPINGS, groupingOf } from './charts-by.ts';
import { FailingTraces } from './failing-traces.tsx';
import { OverTime } from './over-time.tsx';
import { TopErrors } from './top-errors.tsx';
import { TopLists } from './top-lists.tsx';
import { TotalsRow } from './totals.tsx';
import { ZoomOutButtons } from './zoom-out.tsx';

const CHARTS = ['/metrics/totals', '/metrics/series'];
const CHARTS_AND_LISTS = [...CHARTS, '/models'];

export function OverviewPage() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const { by: text } = useSearch({ from: '/p/$projectId/' });
  const change = useSearchChange();
  const key = useKey();
  const by = groupingOf(text);
  const isChartsQuiet = useQuiet(CHARTS);
  const isQuiet = useQuiet(CHARTS_AND_LISTS);
  // Nothing has ever arrived: how to send something is what helps now.
  if (key.data?.hasEvents === false) return <Navigate to="/p/$projectId/start" params={{ projectId }} replace />;
  return (
    <Page
      title="Overview"
      actions={
        <>
          <ZoomOutButtons />
          <Segments
            label="Charts by"
            value={by}
            options={GROUPINGS.map((one) => [one, GROUPING_LABELS[one]] as const)}
            onChange={(next) => change({ by: next === 'none' ? undefined : next })}
          />
        </>
      }
    >
      <TotalsRow />
      {/* Another grouping is other charts: nothing of the old ones may stand under the new titles. */}
      <OverTime key={by} by={by} />
      <TopLists isReady={isChartsQuiet} />
      <TopErrors projectId={projectId} isReady={isQuiet} />
      <FailingTraces projectId={projectId} isReady={isQuiet} />
    </Page>
  );
}
