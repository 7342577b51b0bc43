/** `?`: what can be pressed on this page. */

import { activeHotkeys } from '../ui/hotkey.ts';
import { Dialog } from '../ui/menu.tsx';
import styles from './keys-help.module.css';

const NAMES: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: '↵',
};

export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" isOpen onClose={onClose}>
      <dl className={styles.keys}>
        <dt>
          <kbd>Ctrl K</kbd>
        </dt>
        <dd>Go to a page or a trace</dd>
        {activeHotkeys().map(({ key, says }) => [
          <dt key={`${key} key`}>
            <kbd>{NAMES[key] ?? key}</kbd>
          </dt>,
          <dd key={`${key} says`}>{says}</dd>,
        ])}
      </dl>
    </Dialog>
  );
}
