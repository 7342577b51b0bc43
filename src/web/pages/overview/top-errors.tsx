/** What fails most, and the newest span that failed so. */

import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { ErrorGroupBody, listErrorsRoute } from '../../../query/list-errors.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { BarFigure } from '../../charts/figures.tsx';
import { useVisible } from '../../charts/use-visible.ts';
import { KindIcon } from '../../ui/badge.tsx';
import { ago, dayAndTime, wholeNumber } from '../../ui/format.ts';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, RowLink, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import { FRESH_MS } from './fresh.ts';
import styles from './overview.module.css';

type ErrorGroup = z.output<typeof ErrorGroupBody>;

const GROUPS_SHOWN = 8;

export function TopErrors({ projectId, isReady }: { projectId: string; isReady: boolean }) {
  const { from, to } = useTimeRange();
  const { ref, isVisible } = useVisible<HTMLDivElement>();
  const asked = useAnswer<typeof listErrorsRoute>(
    '/errors',
    { query: { from, to, limit: GROUPS_SHOWN } },
    { placeholderData: keepPreviousData, staleTime: FRESH_MS, enabled: isReady && isVisible },
  );
  const most = Math.max(...(asked.data?.data ?? []).map(({ count }) => count), 1);
  return (
    <div ref={ref}>
      <Section
        title="Top errors"
        text="Failed spans, those together that failed alike. Each leads to its newest span."
        actions={
          <Link to="/p/$projectId/traces" params={{ projectId }} search={{ errorsMin: '1' }}>
            All traces with errors
          </Link>
        }
      >
        <Card isFlush>
          <div className={styles.waiting}>
            <Answered asked={asked}>
              {({ data }) =>
                data.length === 0 ? (
                  <Empty title="Nothing failed in this time" />
                ) : (
                  <Table
                    label="Top errors"
                    columns={columnsOf(projectId, most)}
                    rows={data}
                    rowKey={({ dialect, traceId, spanId }) => `${dialect}|${traceId}|${spanId}`}
                  />
                )
              }
            </Answered>
          </div>
        </Card>
      </Section>
    </div>
  );
}

function columnsOf(projectId: string, most: number): readonly Column<ErrorGroup>[] {
  return [
    {
      id: 'message',
      header: 'Error',
      cell: ({ traceId, spanId, dialect, message, type }) => (
        <RowLink to="/p/$projectId/traces/$traceId" params={{ projectId, traceId }} search={{ span: spanId, dialect }}>
          {type !== null && type !== message && (
            <>
              <Name text={type} charsMax={60} />
              {': '}
            </>
          )}
          <Name text={message ?? type} none="without a message" charsMax={120} />
        </RowLink>
      ),
    },
    {
      id: 'span',
      header: 'In',
      from: 'tablet',
      cell: ({ kind, name, model }) => (
        <>
          <KindIcon kind={kind} /> <Name text={name ?? model} none="unnamed" charsMax={50} />
        </>
      ),
    },
    {
      id: 'count',
      header: 'Spans',
      isNumber: true,
      cell: ({ count }) => (
        <BarFigure share={count / most} tone="error">
          {wholeNumber(count)}
        </BarFigure>
      ),
    },
    {
      id: 'traces',
      header: 'Traces',
      isNumber: true,
      from: 'tablet',
      cell: ({ traceCount }) => wholeNumber(traceCount),
    },
    {
      id: 'last',
      header: 'Last',
      isNumber: true,
      from: 'phone',
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={dayAndTime(lastSeen)}>
          {ago(lastSeen)}
        </time>
      ),
    },
  ];
}
