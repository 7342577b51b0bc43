/** A body or a head, verbatim, cut at first where it is long. */

import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { wholeNumber } from '../../ui/format.ts';
import { visibleText } from '../../ui/untrusted.tsx';
import styles from './intake.module.css';

const CHARS_MAX = 20_000;

export function CutText({ title, text }: { title: string; text: string }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole || text.length <= CHARS_MAX ? text : text.slice(0, CHARS_MAX).toWellFormed();
  return (
    <section className={styles.cut} aria-label={title}>
      <header className={styles.cutHeader}>
        <h3>{title}</h3>
        <CopyButton text={text} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by key (WCAG 2.1.1) */}
      <pre className={styles.pre} tabIndex={0}>
        {visibleText(shown)}
      </pre>
      {shown.length < text.length && (
        <Button isSmall onClick={() => setWhole(true)}>
          Show all {wholeNumber(text.length)} characters
        </Button>
      )}
    </section>
  );
}
