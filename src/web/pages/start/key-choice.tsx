/** Where the key of the snippets comes from: typed at the sign-in, made for this page, or pasted. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { createKeyRoute } from '../../../query/projects.ts';
import { useApi } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons } from '../../ui/form.tsx';
import { useScope } from '../../ui/needs-scope.tsx';
import { Card, Skeleton } from '../../ui/page.tsx';
import { say } from '../../ui/toast.tsx';
import styles from './start.module.css';

export function KeyChoice({
  hasKey,
  isTyped,
  onKey,
}: {
  hasKey: boolean;
  isTyped: boolean;
  onKey: (key: string) => void;
}) {
  const isAdmin = useScope('admin');
  if (isAdmin === undefined) return <Skeleton lines={2} />;
  if (hasKey) return isAdmin && isTyped ? <OwnKeyNote onKey={onKey} /> : <p className={styles.note}>{KEPT}</p>;
  return (
    <Card>
      <div className={styles.key}>
        <p>
          <strong>Which key?</strong> It is not known here any more: the browser keeps it where no page can read it.
        </p>
        {isAdmin && <CreateKey onKey={onKey} />}
        <PasteKey onKey={onKey} />
      </div>
    </Card>
  );
}

const KEPT = 'The key is filled in below. It stays in this page only.';

/** Whoever signed in with a key that may do everything should not put that one into an application. */
function OwnKeyNote({ onKey }: { onKey: (key: string) => void }) {
  return (
    <div className={styles.keyLine}>
      <p className={styles.note}>{KEPT} For an application, better take one that may only send:</p>
      <CreateKey onKey={onKey} />
    </div>
  );
}

function CreateKey({ onKey }: { onKey: (key: string) => void }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const creation = useMutation({
    mutationFn: () =>
      api.call<typeof createKeyRoute>('post', '/keys', { body: { name: 'connect', scopes: ['ingest'] } }),
    onSuccess: async ({ secret }) => {
      onKey(secret);
      say('A key was created, and is filled in below');
      await queryClient.invalidateQueries({ queryKey: [api.projectId, '/keys'] });
    },
    onError: ({ message }) => say(message, 'error'),
  });
  return (
    <Button
      icon={<KeyRound aria-hidden="true" />}
      isBusy={creation.isPending}
      isSmall
      onClick={() => creation.mutate()}
    >
      Create an ingest key for this page
    </Button>
  );
}

function PasteKey({ onKey }: { onKey: (key: string) => void }) {
  const [text, setText] = useState('');
  const key = text.trim();
  // It goes into a header, which takes no others.
  const error = /^[\x21-\x7e]*$/.test(key) ? undefined : 'A key has no spaces and no such characters';
  return (
    <Form
      label="Key for the snippets"
      isInline
      isBusy={false}
      error={null}
      fields={[]}
      onSubmit={() => {
        if (key !== '' && error === undefined) onKey(key);
      }}
    >
      <TextField
        label="Paste a key of this project"
        type="password"
        value={text}
        error={error}
        hint="It stays in this page and is sent nowhere."
        onChange={(event) => setText(event.target.value)}
      />
      <FormButtons>
        <Button type="submit" disabled={key === '' || error !== undefined}>
          Fill it in
        </Button>
      </FormButtons>
    </Form>
  );
}
