/** Fields that SDKs send and no span shows: nothing of it is lost, and here it is seen. */

import { keepPreviousData } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { unmappedRoute } from '../../../query/unmapped.ts';
import type { AnswerOf } from '../../api/client.ts';
import { useAnswer, useApi } from '../../api/project.tsx';
import { Dialect } from '../../ui/badge.tsx';
import { ago, dayAndTime, wholeNumber } from '../../ui/format.ts';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, RowLink, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './intake.module.css';

/** The server maps the newest events again for it, so it is not asked every few seconds. */
const REFRESH_MS = 60_000;
const SHOWN = 100;

type Field = AnswerOf<typeof unmappedRoute>['data'][number];

export function Unmapped() {
  const { projectId } = useApi();
  const { dialect } = useSearch({ from: '/p/$projectId/intake' });
  const asked = useAnswer<typeof unmappedRoute>(
    '/intake/unmapped',
    { query: { limit: SHOWN, dialect } },
    { refetchInterval: REFRESH_MS, staleTime: REFRESH_MS, placeholderData: keepPreviousData },
  );
  return (
    <Section
      title="Unmapped fields"
      text="Parts of accepted events that no span shows. They are kept in the events as they were sent."
    >
      <Card isFlush>
        <Answered asked={asked} lines={3}>
          {({ data, sampledEvents, isSample }) => (
            <>
              {data.length === 0 ? (
                <Empty title="Every field is shown" text="All that clients send is a part of some span." />
              ) : (
                <Table label="Unmapped fields" columns={columnsOf(projectId)} rows={data} rowKey={keyOf} />
              )}
              <p className={styles.more}>
                {isSample
                  ? `Of the newest ${wholeNumber(sampledEvents)} events.`
                  : `Of all ${wholeNumber(sampledEvents)} events.`}
              </p>
            </>
          )}
        </Answered>
      </Card>
    </Section>
  );
}

function keyOf({ dialect, sdk, path }: Field): string {
  return JSON.stringify([dialect, sdk, path]);
}

function columnsOf(projectId: string): readonly Column<Field>[] {
  return [
    {
      id: 'path',
      header: 'Field',
      cell: ({ path, dialect, example: { traceId } }) => (
        <RowLink to="/p/$projectId/traces/$traceId" params={{ projectId, traceId }} search={{ dialect }}>
          <code>
            <Name text={path} charsMax={120} />
          </code>
        </RowLink>
      ),
    },
    { id: 'dialect', header: 'Vendor', from: 'phone', cell: ({ dialect }) => <Dialect dialect={dialect} /> },
    { id: 'sdk', header: 'SDK', from: 'tablet', cell: ({ sdk }) => <Name text={sdk} charsMax={40} /> },
    { id: 'count', header: 'Events', isNumber: true, cell: ({ eventCount }) => wholeNumber(eventCount) },
    {
      id: 'types',
      header: 'Of types',
      from: 'desktop',
      cell: ({ eventTypes }) => <Name text={eventTypes.join(', ')} charsMax={80} />,
    },
    {
      id: 'example',
      header: 'Example',
      from: 'phone',
      cell: ({ example: { value } }) => (
        <code>
          <Name text={value} charsMax={80} />
        </code>
      ),
    },
    {
      id: 'seen',
      header: 'Last seen',
      from: 'desktop',
      cell: ({ lastSeen }) => <time title={dayAndTime(lastSeen)}>{ago(lastSeen)}</time>,
    },
  ];
}
