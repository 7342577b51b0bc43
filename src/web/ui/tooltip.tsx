/** A word about a control, for pointer and keyboard. The control itself has the same words as its name. */

import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import styles from './overlay.module.css';

export const TooltipProvider = Radix.Provider;

export function Tooltip({
  text,
  hotkey,
  children,
}: {
  text: ReactNode;
  hotkey?: string | undefined;
  children: ReactNode;
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.tooltip} sideOffset={6} collisionPadding={8}>
          {text}
          {hotkey !== undefined && <kbd className={styles.key}>{hotkey}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
