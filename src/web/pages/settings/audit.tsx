/** Who changed what. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AuditEntryBody, listAuditRoute } from '../../../query/audit.ts';
import { useApi } from '../../api/project.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons } from '../../ui/form.tsx';
import { dayAndTime } from '../../ui/format.ts';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './settings.module.css';

const PAGE = 50;

export function AuditTab() {
  const api = useApi();
  const { action } = useSearch({ from: '/p/$projectId/settings' });
  const asked = useInfiniteQuery({
    queryKey: [api.projectId, '/audit', action],
    queryFn: ({ pageParam, signal }) =>
      api.call<typeof listAuditRoute>('get', '/audit', { query: { limit: PAGE, action, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
  return (
    <Section
      title="Audit log"
      text="Everything that was changed over the API, by whom and from where. It cannot be altered."
    >
      <ActionFilter action={action} />
      <Card isFlush>
        <Answered asked={asked}>
          {({ pages }) => {
            const entries = pages.flatMap(({ data }) => data);
            return entries.length === 0 ? (
              <Empty title="No entries" text={action === undefined ? undefined : 'With this action.'} />
            ) : (
              <Table label="Audit log" columns={COLUMNS} rows={entries} rowKey={({ id }) => String(id)} />
            );
          }}
        </Answered>
        {asked.hasNextPage && (
          <p className={styles.more}>
            <Button isSmall isBusy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
              Load more
            </Button>
          </p>
        )}
      </Card>
    </Section>
  );
}

function ActionFilter({ action }: { action: string | undefined }) {
  const navigate = useNavigate({ from: '/p/$projectId/settings' });
  const [text, setText] = useState(action ?? '');
  return (
    <Form
      label="Filter the audit log"
      isInline
      error={null}
      isBusy={false}
      fields={[]}
      onSubmit={() =>
        void navigate({
          to: '.',
          search: (before) => ({ ...before, action: text.trim() === '' ? undefined : text.trim() }),
        })
      }
    >
      <TextField
        label="Part of the action"
        placeholder="keys, DELETE"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <FormButtons>
        <Button type="submit">Filter</Button>
      </FormButtons>
    </Form>
  );
}

const COLUMNS: readonly Column<AuditEntryBody>[] = [
  { id: 'at', header: 'When', cell: ({ at }) => dayAndTime(at) },
  { id: 'action', header: 'Action', cell: ({ action }) => <Name text={action} charsMax={100} /> },
  {
    id: 'who',
    header: 'Who',
    from: 'phone',
    cell: ({ actor }) => (
      <Name text={actor === null ? 'the server' : `${actor.keyName} (${actor.keyPrefix}…)`} charsMax={60} />
    ),
  },
  {
    id: 'what',
    header: 'What',
    from: 'tablet',
    cell: ({ subject, detail }) => (
      <code>
        <Name text={JSON.stringify({ ...subject, ...detail })} charsMax={160} />
      </code>
    ),
  },
  { id: 'address', header: 'From', from: 'desktop', cell: ({ address }) => <Name text={address} /> },
  {
    id: 'status',
    header: 'Answer',
    cell: ({ status }) =>
      status === null ? (
        <Badge tone="warn">not ended</Badge>
      ) : (
        <Badge tone={status < 400 ? 'ok' : 'error'}>{status}</Badge>
      ),
  },
];
