/** What holds, and fields to change it. */

import { useState } from 'react';
import type { LimitsBody } from '../../../query/limits.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { wholeNumber } from '../../ui/format.ts';
import { BOUNDS, boundError, boundsOf, type SomeBounds, typedOf } from './bounds.ts';

export function BoundsForm({
  label,
  limits,
  error,
  isBusy,
  isDisabled = false,
  onSet,
  onReset,
}: {
  label: string;
  limits: LimitsBody;
  error: unknown;
  isBusy: boolean;
  isDisabled?: boolean;
  onSet: (bounds: SomeBounds) => void;
  onReset: () => void;
}) {
  const [typed, setTyped] = useState(() => typedOf(limits.own));
  const isValid = BOUNDS.every(([name]) => boundError(typed[name]) === undefined);
  return (
    <Form
      label={label}
      isInline
      error={error}
      isBusy={isBusy}
      fields={BOUNDS.map(([name]) => name)}
      onSubmit={() => {
        if (isValid) onSet(boundsOf(typed));
      }}
    >
      {BOUNDS.map(([name, text]) => (
        <TextField
          key={name}
          label={text}
          inputMode="numeric"
          disabled={isDisabled}
          value={typed[name]}
          placeholder={wholeNumber(limits.effective[name])}
          hint={`holds: ${wholeNumber(limits.effective[name])}; at most ${wholeNumber(limits.ceiling[name])}`}
          error={boundError(typed[name]) ?? fieldError(error, name)}
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
      ))}
      <FormButtons>
        <Button type="submit" look="primary" isBusy={isBusy} disabled={isDisabled || !isValid}>
          Set
        </Button>
        <Button isBusy={isBusy} disabled={isDisabled || Object.keys(limits.own).length === 0} onClick={onReset}>
          Take back
        </Button>
      </FormButtons>
    </Form>
  );
}
