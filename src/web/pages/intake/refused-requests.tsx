/** The latest requests that were refused as a whole: why a client says that it sends, and nothing arrives. */

import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { listRefusedRequestsRoute, RefusedRequestBody } from '../../../query/intake-health.ts';
import { useAnswer } from '../../api/project.tsx';
import { Badge, Dialect } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ago, dayAndTime } from '../../ui/format.ts';
import { Dialog, DialogButtons } from '../../ui/menu.tsx';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import { CutText } from './cut-text.tsx';
import { Facts } from './facts.tsx';
import styles from './intake.module.css';

const REFRESH_MS = 5_000;
const SHOWN = 50;

type Refused = z.infer<typeof RefusedRequestBody>;

export function RefusedRequests() {
  const [open, setOpen] = useState<Refused>();
  const asked = useAnswer<typeof listRefusedRequestsRoute>(
    '/refused-requests',
    { query: { limit: SHOWN } },
    { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData },
  );
  return (
    <Section
      title="Refused requests"
      text="The latest few since the server started. Their senders were told; secrets in them are masked."
    >
      <Card isFlush>
        <Answered asked={asked} lines={3}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title="Nothing was refused" text="Since the server started." />
            ) : (
              <Table
                label="Refused requests"
                columns={columnsOf(setOpen)}
                rows={data}
                rowKey={({ id }) => String(id)}
              />
            )
          }
        </Answered>
      </Card>
      {open !== undefined && <RefusedDialog request={open} onClose={() => setOpen(undefined)} />}
    </Section>
  );
}

function columnsOf(open: (request: Refused) => void): readonly Column<Refused>[] {
  return [
    {
      id: 'request',
      header: 'Request',
      cell: (request) => (
        <button type="button" className={styles.rowButton} onClick={() => open(request)}>
          <Name text={`${request.method} ${request.path}`} charsMax={100} />
        </button>
      ),
    },
    { id: 'fault', header: 'Fault', cell: ({ fault }) => <Badge tone="warn">{fault}</Badge> },
    { id: 'message', header: 'Reason', from: 'tablet', cell: ({ message }) => <Name text={message} charsMax={160} /> },
    { id: 'dialect', header: 'Vendor', from: 'tablet', cell: ({ dialect }) => <Dialect dialect={dialect} /> },
    {
      id: 'at',
      header: 'When',
      from: 'phone',
      cell: ({ at }) => <time title={dayAndTime(at)}>{ago(at)}</time>,
    },
  ];
}

function RefusedDialog({ request, onClose }: { request: Refused; onClose: () => void }) {
  const { query, headers, body, bodyChars } = request;
  return (
    <Dialog title="Refused request" isOpen onClose={onClose}>
      <Facts
        facts={[
          ['Request', `${request.method} ${request.path}`],
          ['Fault', request.fault],
          ['Reason', request.message],
          ['Field', request.field],
          ['Vendor', request.dialect],
          ['When', dayAndTime(request.at)],
          ...(request.projectId === null ? ([['Project', 'none: its key was missing or unknown']] as const) : []),
        ]}
      />
      <CutText title="Headers and parameters" text={JSON.stringify({ ...query, ...headers }, null, 2)} />
      {body !== null && (
        <CutText title={bodyChars > body.length ? `Body, the first of ${bodyChars} characters` : 'Body'} text={body} />
      )}
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
      </DialogButtons>
    </Dialog>
  );
}
