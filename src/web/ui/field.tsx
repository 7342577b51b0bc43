/** What is typed or chosen: each control with its label and what is wrong with it. */

import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';
import styles from './field.module.css';

interface Around {
  readonly label: string;
  /** The label is only for screen readers. */
  readonly isBare?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
}

function Around({ label, isBare, hint, error, id, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={isBare === true ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {children}
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      {error !== undefined && (
        <p className={styles.error} role="alert" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, isBare, hint, error, ...rest }: Around & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Around id={id} label={label} isBare={isBare ?? false} hint={hint} error={error}>
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        {...rest}
        id={id}
        className={styles.input}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
      />
    </Around>
  );
}

/** The browser's own list: it is the one that phones and screen readers know best. */
export function Choice<Value extends string>({
  label,
  isBare,
  hint,
  error,
  value,
  options,
  onChange,
  ...rest
}: Around &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value'> & {
    value: Value;
    options: readonly (readonly [value: Value, label: string])[];
    onChange: (value: Value) => void;
  }) {
  const id = useId();
  return (
    <Around id={id} label={label} isBare={isBare ?? false} hint={hint} error={error}>
      <select
        {...rest}
        id={id}
        className={styles.input}
        value={value}
        // Its values are those of `options`, which are of this type.
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </Around>
  );
}

export function Checkbox({
  label,
  isChecked,
  onChange,
}: {
  label: ReactNode;
  isChecked: boolean;
  onChange: (is: boolean) => void;
}) {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

/** One of a few: views of the same thing. Arrow keys move, as in a group of radio buttons. */
export function Segments<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, label: ReactNode])[];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className={styles.segments}>
      <legend className="visually-hidden">{label}</legend>
      {options.map(([one, text]) => (
        <label key={one} className={one === value ? styles.chosen : ''}>
          <input type="radio" name={name} value={one} checked={one === value} onChange={() => onChange(one)} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
