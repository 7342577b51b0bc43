/**
 * A form: sent once, and when it is refused the first field that is wrong gets the focus. What the server says about a
 * field stands at that field (`fieldError`), everything else below.
 */

import { type ReactNode, useEffect, useRef } from 'react';
import { ApiError } from '../api/client.ts';
import styles from './form.module.css';
import { Failure } from './page.tsx';

/** What was said about a field: its `path` is the field, or begins with it. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError) || error.path === undefined) return undefined;
  return error.path === field || error.path.startsWith(`${field}.`) ? error.message : undefined;
}

export function Form({
  label,
  error,
  isBusy,
  fields,
  onSubmit,
  isInline = false,
  children,
}: {
  /** Of the form, for screen readers. */
  label: string;
  error: unknown;
  isBusy: boolean;
  /** Those that show their own errors. */
  fields: readonly string[];
  onSubmit: () => void;
  /** Fields stand beside one another where there is room. */
  isInline?: boolean;
  children: ReactNode;
}) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error !== null && error !== undefined)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  const isAtField = fields.some((field) => fieldError(error, field) !== undefined);
  return (
    <form
      ref={form}
      aria-label={label}
      noValidate
      className={isInline ? styles.inline : styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) onSubmit();
      }}
    >
      {children}
      {error !== null && error !== undefined && !isAtField && (
        <div className={styles.failure}>
          <Failure error={error} />
        </div>
      )}
    </form>
  );
}

/** Buttons at the end of a form. */
export function FormButtons({ children }: { children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>;
}
