/** Asking for a deletion. The id is typed a second time, because nothing brings it back. */

import { useState } from 'react';
import type { createDeletionRoute } from '../../../query/deletions.ts';
import { Button } from '../../ui/button.tsx';
import { Choice, TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { Dialog, DialogButtons } from '../../ui/menu.tsx';
import { Card } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import { useChange } from './use-change.ts';

const KINDS = [
  ['userId', 'A user'],
  ['sessionId', 'A session'],
  ['traceId', 'A trace'],
] as const;
type Kind = (typeof KINDS)[number][0];

export function NewDeletion() {
  const [kind, setKind] = useState<Kind>('userId');
  const [id, setId] = useState('');
  const [isAsked, setAsked] = useState(false);
  const deletion = useChange({
    run: (api, given: { kind: Kind; id: string }) =>
      api.call<typeof createDeletionRoute>('post', '/deletions', { body: { [given.kind]: given.id } }),
    says: 'It will be deleted, whatever happens',
    stale: ['/deletions'],
    onDone: () => {
      setAsked(false);
      setId('');
    },
  });
  return (
    <Card>
      <Form
        label="Delete on request"
        isInline
        error={isAsked ? null : deletion.error}
        isBusy={deletion.isPending}
        fields={KINDS.map(([one]) => one)}
        onSubmit={() => {
          if (id !== '') setAsked(true);
        }}
      >
        <Choice<Kind> label="Everything of" value={kind} options={KINDS} onChange={setKind} />
        <TextField
          label="Its id, exactly"
          value={id}
          maxLength={1024}
          error={fieldError(deletion.error, kind)}
          onChange={(event) => setId(event.target.value)}
        />
        <FormButtons>
          <Button type="submit" look="danger" disabled={id === ''}>
            Delete…
          </Button>
        </FormButtons>
      </Form>
      {isAsked && (
        <TypeAgain
          what={KINDS.find(([one]) => one === kind)?.[1].toLowerCase() ?? ''}
          id={id}
          isBusy={deletion.isPending}
          onClose={() => setAsked(false)}
          onConfirm={() => deletion.mutate({ kind, id })}
        />
      )}
    </Card>
  );
}

function TypeAgain({
  what,
  id,
  isBusy,
  onClose,
  onConfirm,
}: {
  what: string;
  id: string;
  isBusy: boolean;
  onClose: () => void;
  onConfirm: () => void;
}) {
  const [typed, setTyped] = useState('');
  return (
    <Dialog
      title={`Delete everything of ${what.replace(/^an? /, 'this ')}?`}
      text={`Traces, spans, events, dead letters and indexes of “${oneLine(id, 200)}” go for good. Only backups keep them.`}
      isOpen
      onClose={onClose}
    >
      <Form
        label="Confirm the deletion"
        error={null}
        isBusy={isBusy}
        fields={[]}
        onSubmit={() => {
          if (typed === id) onConfirm();
        }}
      >
        <TextField label="Type the id again" value={typed} onChange={(event) => setTyped(event.target.value)} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" isBusy={isBusy} disabled={typed !== id}>
            Delete for good
          </Button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}
