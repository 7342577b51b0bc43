/** What the span is called, and how it went. */

import { X } from 'lucide-react';
import { KindIcon, Status } from '../../../ui/badge.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { OutlineSpan } from '../model/outline.ts';
import styles from './span-panel.module.css';

export function SpanHeader({ span, onClose }: { span: OutlineSpan; onClose?: () => void }) {
  return (
    <header className={styles.header}>
      <KindIcon kind={span.kind} />
      <h2 className={styles.title}>
        <bdi>{oneLine(span.name ?? span.kind ?? 'span', 120)}</bdi>
      </h2>
      <Status status={span.status} />
      <span className={styles.headerEnd}>
        <CopyButton text={span.spanId} label="Copy span id" />
        {onClose !== undefined && (
          <IconButton isSmall label="Close" hotkey="Escape" icon={<X aria-hidden="true" />} onClick={onClose} />
        )}
      </span>
    </header>
  );
}
