/** The frame of a page: its title and commands, sections, figures, and what stands there when there is nothing to show. */

import { CircleAlert, Inbox } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { ApiError } from '../api/client.ts';
import { Button } from './button.tsx';
import styles from './page.module.css';
import { oneLine } from './untrusted.tsx';

/** `isWide`: the content scrolls by itself and takes all the room that there is (tables, the trace). */
export function Page({
  title,
  heading,
  text,
  actions,
  isWide = false,
  children,
}: {
  /** Of the browser's tab, too. */
  title: string;
  /** Instead of the title, where it is more than words. */
  heading?: ReactNode;
  text?: ReactNode;
  actions?: ReactNode;
  isWide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${oneLine(title, 80)} · Tributary`;
  }, [title]);
  return (
    <div className={`${styles.page} ${isWide ? styles.wide : ''}`}>
      <header className={styles.header}>
        <div className={styles.words}>
          <h1 className={styles.title}>{heading ?? title}</h1>
          {text !== undefined && <p className={styles.text}>{text}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  text,
  actions,
  children,
}: {
  title: ReactNode;
  text?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.section}>
      <header className={styles.sectionHeader}>
        <div>
          <h2>{title}</h2>
          {text !== undefined && <p className={styles.text}>{text}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** A surface with a line around it. `isFlush`: no room inside, for tables. */
export function Card({ isFlush = false, children }: { isFlush?: boolean; children: ReactNode }) {
  return <div className={`${styles.card} ${isFlush ? styles.flush : ''}`}>{children}</div>;
}

export function Stats({ children }: { children: ReactNode }) {
  return <dl className={styles.stats}>{children}</dl>;
}

export function Stat({
  label,
  value,
  detail,
  tone,
}: {
  label: ReactNode;
  value: ReactNode;
  detail?: ReactNode;
  tone?: 'error' | 'warn' | undefined;
}) {
  return (
    <div className={styles.stat}>
      <dt>{label}</dt>
      <dd className={`${styles.value} numbers ${tone === undefined ? '' : styles[tone]}`}>{value}</dd>
      {detail !== undefined && <dd className={styles.detail}>{detail}</dd>}
    </div>
  );
}

export function Empty({ title, text, action }: { title: string; text?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <Inbox aria-hidden="true" />
      <p className={styles.emptyTitle}>{title}</p>
      {text !== undefined && <p className={styles.text}>{text}</p>}
      {action}
    </div>
  );
}

/** What the server said, in its words, and a way to ask again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const message = error instanceof Error ? error.message : 'Something went wrong';
  return (
    <div className={styles.failure} role="alert">
      <CircleAlert aria-hidden="true" />
      <div>
        <p className={styles.emptyTitle}>{oneLine(message, 500)}</p>
        {error instanceof ApiError && error.code !== '' && <p className={styles.text}>{oneLine(error.code, 80)}</p>}
      </div>
      {onRetry !== undefined && (
        <Button isSmall onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Grey bars where lines will be. */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div className={styles.skeleton} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        // Lines have no identity beyond their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <span key={line} style={{ inlineSize: `${92 - ((line * 23) % 40)}%` }} />
      ))}
    </div>
  );
}

interface Asked<Answer> {
  readonly data: Answer | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** An answer of the API, or what stands in for it: still asked, refused. Old answers stay while new ones are asked. */
export function Answered<Answer>({
  asked,
  lines,
  children,
}: {
  asked: Asked<Answer>;
  lines?: number;
  children: (answer: Answer) => ReactNode;
}) {
  if (asked.data !== undefined) return children(asked.data);
  if (asked.error !== null && asked.error !== undefined)
    return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  return <Skeleton lines={lines ?? 6} />;
}
