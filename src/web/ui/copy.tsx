/** Text to take away. */

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from './button.tsx';
import styles from './copy.module.css';
import { say } from './toast.tsx';

const SHOWN_MS = 1500;

/** Also without the clipboard API, which browsers give only to https and localhost. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  document.body.append(area);
  area.select();
  // Deprecated, and the only way where there is no clipboard API.
  const isDone = document.execCommand('copy');
  area.remove();
  return isDone;
}

export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    if (await copyText(typeof text === 'string' ? text : text())) {
      setDone(true);
      setTimeout(() => setDone(false), SHOWN_MS);
    } else say('The browser did not allow copying', 'error');
  };
  return (
    <IconButton
      isSmall
      label={isDone ? 'Copied' : label}
      icon={isDone ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      onClick={() => void copy()}
    />
  );
}

/** Lines of code or a command, as they are pasted. */
export function CodeBlock({ text, label = 'Copy' }: { text: string; label?: string }) {
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key (WCAG 2.1.1) */}
      <pre className={styles.code} tabIndex={0}>
        {text}
      </pre>
      <div className={styles.corner}>
        <CopyButton text={text} label={label} />
      </div>
    </div>
  );
}
