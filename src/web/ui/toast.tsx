/** Short words about what has just been done; they go by themselves and are read out. */

import { Toast } from 'radix-ui';
import { useSyncExternalStore } from 'react';
import styles from './toast.module.css';
import { oneLine } from './untrusted.tsx';

interface Said {
  readonly id: number;
  readonly text: string;
  readonly tone: 'ok' | 'error';
}

const SHOWN_MAX = 4;

// The one place of the app that is not in React: whatever fails may say so, wherever it is.
let said: readonly Said[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Said[]): void {
  said = next;
  for (const listener of listeners) listener();
}

export function say(text: string, tone: 'ok' | 'error' = 'ok'): void {
  lastId += 1;
  change([...said, { id: lastId, text: oneLine(text), tone }].slice(-SHOWN_MAX));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => said);
  return (
    <Toast.Provider duration={5000}>
      {shown.map(({ id, text, tone }) => (
        <Toast.Root
          key={id}
          className={`${styles.toast} ${styles[tone] ?? ''}`}
          type={tone === 'error' ? 'foreground' : 'background'}
          onOpenChange={(isOpen) => (isOpen ? undefined : change(said.filter((one) => one.id !== id)))}
        >
          <Toast.Description>{text}</Toast.Description>
        </Toast.Root>
      ))}
      <Toast.Viewport className={styles.viewport} />
    </Toast.Provider>
  );
}
