/** The newest traces with an error. */

import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { listTracesRoute } from '../../../query/list-traces.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { useVisible } from '../../charts/use-visible.ts';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { TraceTable } from '../../ui/trace-table.tsx';
import { FRESH_MS } from './fresh.ts';
import styles from './overview.module.css';

const TRACES_SHOWN = 8;

export function FailingTraces({ projectId, isReady }: { projectId: string; isReady: boolean }) {
  const { from, to } = useTimeRange();
  const { ref, isVisible } = useVisible<HTMLDivElement>();
  const asked = useAnswer<typeof listTracesRoute>(
    '/traces',
    { query: { from, to, status: 'error', limit: TRACES_SHOWN } },
    { placeholderData: keepPreviousData, staleTime: FRESH_MS, enabled: isReady && isVisible },
  );
  return (
    <div ref={ref}>
      <Section
        title="Newest failed traces"
        text="Those that ended in an error. A trace can also go on after a failed span."
        actions={
          <Link to="/p/$projectId/traces" params={{ projectId }} search={{ status: ['error'] }}>
            All failed traces
          </Link>
        }
      >
        <Card isFlush>
          <div className={styles.waiting}>
            <Answered asked={asked}>
              {({ data }) =>
                data.length === 0 ? (
                  <Empty title="No trace failed in this time" />
                ) : (
                  <TraceTable label="Newest failed traces" projectId={projectId} traces={data} />
                )
              }
            </Answered>
          </div>
        </Card>
      </Section>
    </div>
  );
}
