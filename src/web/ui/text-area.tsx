/** Text of several lines, with its label and what is wrong with it. */

import { type ReactNode, type TextareaHTMLAttributes, useId } from 'react';
import fieldStyles from './field.module.css';
import styles from './text-area.module.css';

export function TextArea({
  label,
  hint,
  error,
  ...rest
}: { label: string; hint?: ReactNode; error?: string | undefined } & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <div className={fieldStyles.field}>
      <label htmlFor={id} className={fieldStyles.label}>
        {label}
      </label>
      <textarea
        spellCheck={false}
        {...rest}
        id={id}
        className={`${fieldStyles.input} ${styles.area}`}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
      />
      {hint !== undefined && <p className={fieldStyles.hint}>{hint}</p>}
      {error !== undefined && (
        <p className={fieldStyles.error} role="alert" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
