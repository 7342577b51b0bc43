/** How far deletions are. */

import { keepPreviousData } from '@tanstack/react-query';
import type { DeletionBody, listDeletionsRoute } from '../../../query/deletions.ts';
import { useAnswer } from '../../api/project.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { ago, dayAndTime, wholeNumber } from '../../ui/format.ts';
import { Answered, Card, Empty } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';

const SHOWN = 100;
const REFRESH_MS = 1_500;

export function Deletions() {
  const asked = useAnswer<typeof listDeletionsRoute>(
    '/deletions',
    { query: { limit: SHOWN } },
    {
      placeholderData: keepPreviousData,
      refetchInterval: (query) => (query.state.data?.data.some(({ state }) => state !== 'done') ? REFRESH_MS : false),
    },
  );
  return (
    <Card isFlush>
      <Answered asked={asked} lines={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nobody has asked for a deletion" />
          ) : (
            <Table label="Deletions" columns={COLUMNS} rows={data} rowKey={({ deletionId }) => deletionId} />
          )
        }
      </Answered>
    </Card>
  );
}

const TONES: Readonly<Record<DeletionBody['state'], Tone>> = {
  waiting: 'neutral',
  collecting: 'info',
  deleting: 'info',
  done: 'ok',
};

const COLUMNS: readonly Column<DeletionBody>[] = [
  {
    id: 'what',
    header: 'What',
    cell: ({ kind, id }) => (
      <>
        {kind} <Name text={id} charsMax={80} />
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    cell: ({ state, reason }) => (
      <>
        <Badge tone={TONES[state]}>{state}</Badge> {reason !== null && <Name text={reason} charsMax={120} />}
      </>
    ),
  },
  { id: 'traces', header: 'Traces', isNumber: true, from: 'phone', cell: ({ removed }) => wholeNumber(removed.traces) },
  { id: 'spans', header: 'Spans', isNumber: true, from: 'tablet', cell: ({ removed }) => wholeNumber(removed.spans) },
  {
    id: 'events',
    header: 'Events',
    isNumber: true,
    from: 'tablet',
    cell: ({ removed }) => wholeNumber(removed.events),
  },
  { id: 'left', header: 'Left', isNumber: true, from: 'desktop', cell: ({ remaining }) => wholeNumber(remaining) },
  {
    id: 'asked',
    header: 'Asked for',
    from: 'phone',
    cell: ({ createdAt }) => <time title={dayAndTime(createdAt)}>{ago(createdAt)}</time>,
  },
];
