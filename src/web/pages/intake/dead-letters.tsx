/** Accepted requests that could not be stored: why, and what shall become of them. */

import { keepPreviousData } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { DeadLetterBody, listDeadLettersRoute } from '../../../query/dead-letters.ts';
import { useAnswer } from '../../api/project.tsx';
import { type IntakeSearch, LETTER_STATES } from '../../router.tsx';
import { Badge, Dialect, dialectName } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/field.tsx';
import { ago, bytes, dayAndTime } from '../../ui/format.ts';
import { NeedsScope, scopeReason, useScope } from '../../ui/needs-scope.tsx';
import { Answered, Card, Empty, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import { DeadLetterDialog } from './dead-letter-dialog.tsx';
import { DIALECTS } from './dialects.ts';
import styles from './intake.module.css';
import type { LetterAction, Target } from './letter-actions.ts';
import { LetterConfirm } from './letter-confirm.tsx';

const SHOWN = 100;
const REFRESH_MS = 5_000;
const TONES = { dead: 'error', retrying: 'info', discarded: 'neutral' } as const;

export function DeadLetters() {
  const navigate = useNavigate({ from: '/p/$projectId/intake' });
  const { state, dialect, letter } = useSearch({ from: '/p/$projectId/intake' });
  const isAdmin = useScope('admin');
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [asked, setAsked] = useState<{ action: LetterAction; target: Target }>();
  const letters = useAnswer<typeof listDeadLettersRoute>(
    '/dead-letters',
    { query: { limit: SHOWN, state, dialect } },
    { refetchInterval: REFRESH_MS, placeholderData: keepPreviousData },
  );
  const rows = letters.data?.data ?? [];
  const chosenHere = rows.filter((row) => chosen.has(row.position) && isOpen(row)).map(({ position }) => position);
  const target: Target = chosenHere.length > 0 ? { positions: chosenHere } : { dialect };
  const search = (next: IntakeSearch) =>
    void navigate({ to: '.', replace: true, search: (before) => ({ ...before, ...next }) });
  const which = chosenHere.length > 0 ? `${chosenHere.length} chosen` : 'all';
  const columns = columnsOf(isAdmin === true, chosen, (position) => setChosen(toggled(chosen, position)));

  return (
    <Section
      title="Dead letters"
      text="Accepted, in the log, and then not stored. They are kept until somebody retries or discards them."
      actions={(['retry', 'discard'] as const).map((action) => (
        <Button
          key={action}
          look={action === 'discard' ? 'danger' : 'plain'}
          disabled={isAdmin !== true || !rows.some(isOpen)}
          title={isAdmin === false ? scopeReason('admin') : undefined}
          onClick={() => setAsked({ action, target })}
        >
          {action === 'retry' ? `Retry ${which}` : `Discard ${which}`}
        </Button>
      ))}
    >
      <div className={styles.filters}>
        <Choice
          label="State"
          value={state ?? ''}
          options={[['', 'Any'], ...LETTER_STATES.map((one) => [one, one] as const)]}
          onChange={(next) => search({ state: next === '' ? undefined : next })}
        />
        <Choice
          label="Vendor"
          value={dialect ?? ''}
          options={[['', 'Any'], ...DIALECTS.map((one) => [one, dialectName(one)] as const)]}
          onChange={(next) => search({ dialect: next === '' ? undefined : next })}
        />
      </div>
      {isAdmin === false && <NeedsScope to="Retrying and discarding" scope="admin" />}
      <Card isFlush>
        <Answered asked={letters} lines={3}>
          {({ data, nextCursor }) =>
            data.length === 0 ? (
              <Empty title="No dead letters" text="Everything that was accepted could be stored." />
            ) : (
              <>
                <Table label="Dead letters" columns={columns} rows={data} rowKey={({ position }) => String(position)} />
                {nextCursor !== null && (
                  <p className={styles.more}>
                    The latest {SHOWN} are shown. What is done to all is done to older ones, too.
                  </p>
                )}
              </>
            )
          }
        </Answered>
      </Card>
      {letter !== undefined && (
        <DeadLetterDialog
          position={letter}
          onClose={() => search({ letter: undefined })}
          onAct={(action) => setAsked({ action, target: { positions: [Number(letter)] } })}
        />
      )}
      {asked !== undefined && (
        <LetterConfirm
          action={asked.action}
          target={asked.target}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            setAsked(undefined);
            setChosen(new Set());
            if (letter !== undefined) search({ letter: undefined });
          }}
        />
      )}
    </Section>
  );
}

/** It can be retried or discarded. */
function isOpen({ state }: DeadLetterBody): boolean {
  return state === 'dead';
}

function toggled(chosen: ReadonlySet<number>, position: number): ReadonlySet<number> {
  const next = new Set(chosen);
  if (!next.delete(position)) next.add(position);
  return next;
}

function columnsOf(
  isAdmin: boolean,
  chosen: ReadonlySet<number>,
  toggle: (position: number) => void,
): readonly Column<DeadLetterBody>[] {
  return [
    {
      id: 'choose',
      header: <span className="visually-hidden">Choose</span>,
      cell: (letter) => (
        <input
          type="checkbox"
          className={styles.check}
          aria-label={`Choose dead letter ${letter.position}`}
          disabled={!isAdmin || !isOpen(letter)}
          checked={chosen.has(letter.position) && isOpen(letter)}
          onChange={() => toggle(letter.position)}
        />
      ),
    },
    {
      id: 'reason',
      header: 'Reason',
      cell: ({ position, reason }) => (
        <LetterLink position={position}>
          <Name text={reason} none="no reason" charsMax={160} />
        </LetterLink>
      ),
    },
    { id: 'state', header: 'State', cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge> },
    {
      id: 'dialect',
      header: 'Vendor',
      from: 'phone',
      cell: ({ dialect }) => (dialect === '' ? '–' : <Dialect dialect={dialect} />),
    },
    { id: 'route', header: 'Route', from: 'desktop', cell: ({ route }) => <Name text={route} charsMax={60} /> },
    { id: 'events', header: 'Events', isNumber: true, from: 'tablet', cell: ({ events }) => events ?? '–' },
    { id: 'size', header: 'Size', isNumber: true, from: 'tablet', cell: ({ bodyBytes }) => bytes(bodyBytes) },
    {
      id: 'failed',
      header: 'Failed retries',
      isNumber: true,
      from: 'desktop',
      cell: ({ failedRetries }) => failedRetries,
    },
    {
      id: 'created',
      header: 'Since',
      from: 'phone',
      cell: ({ createdAt }) => <time title={dayAndTime(createdAt)}>{ago(createdAt)}</time>,
    },
  ];
}

function LetterLink({ position, children }: { position: number; children: ReactNode }) {
  return (
    <Link
      from="/p/$projectId/intake"
      to="."
      search={(before) => ({ ...before, letter: String(position) })}
      className={styles.letterLink}
    >
      {children}
    </Link>
  );
}
