/** Damaged stretches of the log that were put aside. */

import type { z } from 'zod';
import type { listQuarantineRoute, QuarantineBody } from '../../../query/intake-health.ts';
import { useAnswer } from '../../api/project.tsx';
import { bytes, dayAndTime } from '../../ui/format.ts';
import { WithScope } from '../../ui/needs-scope.tsx';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';

const REFRESH_MS = 30_000;

export function Quarantine() {
  return (
    <Section
      title="Quarantine"
      text="Bytes of the log that are no valid record. Their files are never read again and never deleted."
    >
      <WithScope to="Seeing the quarantine" scope="instance">
        <Regions />
      </WithScope>
    </Section>
  );
}

function Regions() {
  const asked = useAnswer<typeof listQuarantineRoute>(
    '/quarantine',
    { query: { limit: 100 } },
    { refetchInterval: REFRESH_MS },
  );
  return (
    <Card isFlush>
      <Answered asked={asked} lines={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="The quarantine is empty" text="Every byte of the log could be read." />
          ) : (
            <Table label="Quarantine" columns={COLUMNS} rows={data} rowKey={({ file }) => file} />
          )
        }
      </Answered>
    </Card>
  );
}

const COLUMNS: readonly Column<z.infer<typeof QuarantineBody>>[] = [
  { id: 'file', header: 'File', cell: ({ file }) => <Name text={file} /> },
  { id: 'bytes', header: 'Size', isNumber: true, cell: ({ bytes: size }) => bytes(size) },
  { id: 'segment', header: 'Segment', from: 'tablet', cell: ({ segment, offset }) => `${segment} at ${offset}` },
  { id: 'at', header: 'Put aside', from: 'phone', cell: ({ at }) => dayAndTime(at) },
];
