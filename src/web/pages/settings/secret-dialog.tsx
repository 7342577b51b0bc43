/** A secret, which nobody can be shown again. */

import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { CodeBlock } from '../../ui/copy.tsx';
import { Dialog, DialogButtons } from '../../ui/menu.tsx';

export function SecretDialog({
  title,
  secret,
  action,
  onClose,
}: {
  title: string;
  secret: string;
  action?: ReactNode;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={title}
      text="This is its secret. It is shown only now: the server keeps a hash of it."
      isOpen
      onClose={onClose}
    >
      <CodeBlock text={secret} label="Copy the key" />
      <DialogButtons>
        <Button onClick={onClose}>I have kept it</Button>
        {action}
      </DialogButtons>
    </Dialog>
  );
}
