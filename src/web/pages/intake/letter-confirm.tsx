/** Asks before dead letters are retried or discarded, and does it. */

import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Dialog, DialogButtons } from '../../ui/menu.tsx';
import { type LetterAction, type Target, targetText } from './letter-actions.ts';
import { useLetterActions } from './use-letter-actions.ts';

const NOTE_CHARS_MAX = 1000;
const TEXTS = {
  retry:
    'The request goes into the log again and is stored as if it had just come, with its own time. It is stored once.',
  discard: 'The request is deleted for good. Who discarded it, when, and the note are kept.',
} as const;

export function LetterConfirm({
  action,
  target,
  onClose,
  onDone,
}: {
  action: LetterAction;
  target: Target;
  onClose: () => void;
  onDone: () => void;
}) {
  const [note, setNote] = useState('');
  const doing = useLetterActions(onDone);
  const title = `${action === 'retry' ? 'Retry' : 'Discard'} ${targetText(target)}?`;
  return (
    <Dialog title={title} text={TEXTS[action]} isOpen onClose={onClose}>
      {action === 'discard' && (
        <TextField
          label="Note (kept)"
          maxLength={NOTE_CHARS_MAX}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      )}
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look={action === 'retry' ? 'primary' : 'danger'}
          isBusy={doing.isPending}
          onClick={() => doing.mutate({ action, target, note })}
        >
          {action === 'retry' ? 'Retry' : 'Discard'}
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
