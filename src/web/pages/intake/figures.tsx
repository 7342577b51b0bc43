/** How much came in, waits, was put aside, and takes room. */

import type { IntakeBody } from '../../../query/intake-health.ts';
import type { RetentionBody } from '../../../query/retention.ts';
import { Dialect } from '../../ui/badge.tsx';
import { bytes, dayAndTime, duration, shortNumber, wholeNumber } from '../../ui/format.ts';
import { NeedsScope } from '../../ui/needs-scope.tsx';
import { Card, Empty, Section, Stat, Stats } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import { byDialect, type DialectRow } from './health.ts';
import styles from './intake.module.css';

export function ProjectFigures({ intake, retention }: { intake: IntakeBody; retention: RetentionBody | undefined }) {
  const { accepted, refused, deadLetters } = intake.project;
  const rows = byDialect(intake.project);
  return (
    <Section title="This project" text="Events stored in the last 24 hours; requests refused since the server started.">
      <Stats>
        <Stat label="Accepted events" value={shortNumber(accepted.reduce((sum, one) => sum + one.events, 0))} />
        <Stat label="Refused requests" value={shortNumber(refused.reduce((sum, one) => sum + one.requests, 0))} />
        <Stat label="Dead letters" value={wholeNumber(deadLetters)} tone={deadLetters > 0 ? 'error' : undefined} />
        <Stat
          label="Traces are kept"
          value={keptFor(retention)}
          detail={retention === undefined ? undefined : lookedFor(retention)}
        />
      </Stats>
      <Card isFlush>
        {rows.length === 0 ? (
          <Empty title="Nothing came in lately" text="Neither accepted nor refused." />
        ) : (
          <Table label="By vendor" columns={COLUMNS} rows={rows} rowKey={({ dialect }) => dialect} />
        )}
      </Card>
    </Section>
  );
}

function keptFor(retention: RetentionBody | undefined): string {
  if (retention === undefined) return '–';
  const { retentionDays } = retention;
  return retentionDays === null ? 'for ever' : `${retentionDays} ${retentionDays === 1 ? 'day' : 'days'}`;
}

function lookedFor({ retentionDays, nextAt, setBy }: RetentionBody): string {
  const by = `as the ${setBy} says`;
  return retentionDays === null ? by : `${by}; looked for next ${dayAndTime(nextAt)}`;
}

const COLUMNS: readonly Column<DialectRow>[] = [
  { id: 'dialect', header: 'Vendor', cell: ({ dialect }) => <Dialect dialect={dialect} /> },
  { id: 'events', header: 'Accepted events', isNumber: true, cell: ({ events }) => wholeNumber(events) },
  { id: 'refused', header: 'Refused', isNumber: true, cell: ({ refused }) => wholeNumber(refused) },
  {
    id: 'why',
    header: 'Refused because',
    from: 'phone',
    cell: ({ faults }) =>
      faults.length === 0
        ? '–'
        : faults.map(({ fault, requests }) => `${oneLine(fault, 60)} ${wholeNumber(requests)}`).join(', '),
  },
];

export function ServerFigures({ server }: { server: IntakeBody['server'] }) {
  return (
    <Section title="The server" text="All projects together, since it started.">
      {server === null ? (
        <NeedsScope to="Seeing the queue and the disk" scope="instance" />
      ) : (
        <Stats>
          <Stat
            label="Queue age"
            value={server.backlogBytes === 0 ? 'empty' : queueAge(server.oldestWaitingSeconds)}
            detail="of the oldest accepted request that waits"
            tone={server.oldestWaitingSeconds >= 10 ? 'warn' : undefined}
          />
          <Stat label="Queue depth" value={bytes(server.backlogBytes)} detail="accepted, not stored yet" />
          <Stat
            label="Accepted"
            value={shortNumber(server.acceptedEvents)}
            detail={`events in ${shortNumber(server.acceptedRequests)} requests`}
          />
          <Stat
            label="Refused"
            value={shortNumber(server.refused.reduce((sum, one) => sum + one.requests, 0))}
            detail={`requests, and ${shortNumber(server.refusedEvents)} single events`}
          />
          <Stat
            label="Dead letters"
            value={wholeNumber(server.deadLetters)}
            detail={`of ${shortNumber(server.deadLettersMax)} at most`}
            tone={server.deadLetters > 0 ? 'error' : undefined}
          />
          <Stat
            label="Quarantine"
            value={wholeNumber(server.quarantinedRegions)}
            detail={bytes(server.quarantinedBytes)}
            tone={server.quarantinedRegions > 0 ? 'warn' : undefined}
          />
          <Stat
            label="Disk, used"
            value={bytes(server.disk.storeBytes + server.disk.logBytes + server.disk.registryBytes)}
            detail={
              <span className={styles.disk}>
                <span>store {bytes(server.disk.storeBytes)}</span>
                <span>log {bytes(server.disk.logBytes)}</span>
                <span>registry {bytes(server.disk.registryBytes)}</span>
              </span>
            }
          />
          <Stat label="Disk, free" value={bytes(server.disk.freeBytes)} />
        </Stats>
      )}
    </Section>
  );
}

function queueAge(seconds: number): string {
  return seconds === 0 ? '< 1 s' : duration(seconds * 1000);
}
