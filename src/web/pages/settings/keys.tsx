/** The project's keys: made, imported, bounded, revoked. */

import { useState } from 'react';
import type { listKeysRoute, revokeKeyRoute } from '../../../query/projects.ts';
import type { AnswerOf } from '../../api/client.ts';
import { useAnswer, useKey } from '../../api/project.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ago, dayAndTime } from '../../ui/format.ts';
import { ConfirmDialog } from '../../ui/menu.tsx';
import { Answered, Card, Section } from '../../ui/page.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import { KeyLimitsDialog } from './key-limits.tsx';
import { ImportKey, NewKey } from './new-key.tsx';
import styles from './settings.module.css';
import { useChange } from './use-change.ts';

export type Key = AnswerOf<typeof listKeysRoute>['data'][number];

export function KeysTab() {
  const keys = useAnswer<typeof listKeysRoute>('/keys', {});
  const own = useKey().data?.keyId;
  const [limited, setLimited] = useState<Key>();
  const [revoked, setRevoked] = useState<Key>();
  const revocation = useChange({
    run: (api, keyId: string) => api.call<typeof revokeKeyRoute>('delete', '/keys/{keyId}', { params: { keyId } }),
    says: 'The key is revoked',
    stale: ['/keys', '/key'],
    onDone: () => setRevoked(undefined),
  });
  return (
    <>
      <Section title="Keys" text="Secrets are not kept: only their first characters and a hash.">
        <Card isFlush>
          <Answered asked={keys}>
            {({ data }) => (
              <Table
                label="Keys"
                columns={columnsOf(own ?? undefined, setLimited, setRevoked)}
                rows={[...data].sort((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null))}
                rowKey={({ id }) => id}
              />
            )}
          </Answered>
        </Card>
      </Section>
      <div className={styles.twins}>
        <NewKey />
        <ImportKey />
      </div>
      {limited !== undefined && <KeyLimitsDialog apiKey={limited} onClose={() => setLimited(undefined)} />}
      <ConfirmDialog
        title={`Revoke the key ${oneLine(revoked?.name ?? '', 60)}?`}
        text={
          revoked?.id === own
            ? 'It is the key that you are signed in with: you will be signed out, and cannot undo it.'
            : 'At once, whoever uses it is refused with 401. It cannot be undone.'
        }
        action="Revoke"
        isOpen={revoked !== undefined}
        isBusy={revocation.isPending}
        onClose={() => setRevoked(undefined)}
        onConfirm={() => revoked !== undefined && revocation.mutate(revoked.id)}
      />
    </>
  );
}

function columnsOf(
  own: string | undefined,
  limit: (key: Key) => void,
  revoke: (key: Key) => void,
): readonly Column<Key>[] {
  return [
    {
      id: 'name',
      header: 'Name',
      cell: ({ id, name, revokedAt }) => (
        <>
          <Name text={name} charsMax={60} /> {id === own && <Badge tone="accent">yours</Badge>}{' '}
          {revokedAt !== null && <Badge tone="neutral">revoked</Badge>}
        </>
      ),
    },
    { id: 'prefix', header: 'Begins with', from: 'phone', cell: ({ prefix }) => <code>{oneLine(prefix, 40)}…</code> },
    { id: 'scopes', header: 'Scopes', from: 'phone', cell: ({ scopes }) => scopes.join(', ') },
    {
      id: 'created',
      header: 'Made',
      from: 'tablet',
      cell: ({ createdAt }) => <time title={dayAndTime(createdAt)}>{ago(createdAt)}</time>,
    },
    {
      id: 'revoked',
      header: 'Revoked',
      from: 'desktop',
      cell: ({ revokedAt }) => <time title={dayAndTime(revokedAt)}>{ago(revokedAt)}</time>,
    },
    {
      id: 'do',
      header: <span className="visually-hidden">Commands</span>,
      isNumber: true,
      cell: (key) =>
        key.revokedAt === null && (
          <span className={styles.commands}>
            <Button isSmall aria-label={`Limits of ${oneLine(key.name, 60)}`} onClick={() => limit(key)}>
              Limits
            </Button>
            <Button isSmall look="danger" aria-label={`Revoke ${oneLine(key.name, 60)}`} onClick={() => revoke(key)}>
              Revoke
            </Button>
          </span>
        ),
    },
  ];
}
