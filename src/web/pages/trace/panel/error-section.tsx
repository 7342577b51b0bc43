/** What went wrong, before anything else. */

import { CircleX } from 'lucide-react';
import type { SpanBody } from '../../../../query/span-body.ts';
import { Fold } from '../../../messages/fold.tsx';
import { CodeBlock, CopyButton } from '../../../ui/copy.tsx';
import { cutAt, SHOWN_CHARS } from '../../../ui/long-text.ts';
import { LongText } from '../../../ui/long-text.tsx';
import { oneLine, visibleText } from '../../../ui/untrusted.tsx';
import styles from './span-panel.module.css';

export function ErrorSection({ error }: { error: NonNullable<SpanBody['error']> }) {
  const { type, code, message, stack } = error;
  const title = [type, code]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => oneLine(part ?? '', 120));
  return (
    <section className={styles.error} aria-label="Error">
      <header className={styles.errorTitle}>
        <CircleX aria-hidden="true" />
        <strong>{title.length === 0 ? 'Error' : title.join(' · ')}</strong>
        <CopyButton
          label="Copy error"
          text={() => [type, code, message, stack].filter((part) => part !== undefined).join('\n')}
        />
      </header>
      {message !== undefined && <LongText text={message} charsAtFirst={2000} />}
      {stack !== undefined && (
        <Fold isOpenAtFirst={stack.length < 1500} summary={<span className={styles.muted}>Stack</span>}>
          {stack.length > SHOWN_CHARS ? (
            <LongText isMono text={stack} />
          ) : (
            <CodeBlock text={visibleText(cutAt(stack, SHOWN_CHARS))} label="Copy stack" />
          )}
        </Fold>
      )}
    </section>
  );
}
