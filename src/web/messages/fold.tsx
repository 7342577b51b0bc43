/** Something to open: a line at first. What is in it is only made when it is opened. */

import { ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import styles from './messages.module.css';

export function Fold({
  summary,
  isOpenAtFirst = false,
  children,
}: {
  summary: ReactNode;
  isOpenAtFirst?: boolean;
  children: ReactNode;
}) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details className={styles.fold} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={styles.summary}>
        <ChevronRight aria-hidden="true" className={styles.arrow} />
        {summary}
      </summary>
      {isOpen && <div className={styles.inside}>{children}</div>}
    </details>
  );
}
