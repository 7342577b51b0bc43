/** Setting the price of a model. */

import { useState } from 'react';
import type { setOwnPriceRoute } from '../../../query/prices.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { Card, Section } from '../../ui/page.tsx';
import { amountOf } from './amounts.ts';
import { useChange } from './use-change.ts';

const AMOUNTS = [
  ['inputUsdPerMillion', 'Input, $ per million', true],
  ['outputUsdPerMillion', 'Output, $ per million', true],
  ['cacheReadUsdPerMillion', 'Cache read', false],
  ['cacheWriteUsdPerMillion', 'Cache write', false],
] as const;
const NOTHING = {
  ...{ model: '', provider: '', from: '' },
  ...{ inputUsdPerMillion: '', outputUsdPerMillion: '', cacheReadUsdPerMillion: '', cacheWriteUsdPerMillion: '' },
};
type Typed = typeof NOTHING;

export function NewPrice({ isAdmin }: { isAdmin: boolean }) {
  const [typed, setTyped] = useState(NOTHING);
  const setting = useChange({
    run: (api, given: Typed) => api.call<typeof setOwnPriceRoute>('put', '/prices/own', { body: bodyOf(given) }),
    says: 'The price was set',
    stale: ['/prices/own', '/prices'],
    onDone: () => setTyped(NOTHING),
  });
  const wrong = (name: (typeof AMOUNTS)[number][0]) =>
    amountOf(typed[name]) === undefined ? 'an amount like 0.15' : fieldError(setting.error, name);
  const isComplete =
    typed.model.trim() !== '' &&
    AMOUNTS.every(([name, , isNeeded]) => {
      const amount = amountOf(typed[name]);
      return amount !== undefined && (amount !== null || !isNeeded);
    });
  return (
    <Section title="Set a price" text="It replaces that of the same model, provider and time.">
      <Card>
        <Form
          label="Set a price"
          isInline
          error={setting.error}
          isBusy={setting.isPending}
          fields={['model', 'provider', 'from', ...AMOUNTS.map(([name]) => name)]}
          onSubmit={() => {
            if (isComplete) setting.mutate(typed);
          }}
        >
          <TextField
            label="Model"
            placeholder="our-model, or our-*"
            disabled={!isAdmin}
            value={typed.model}
            error={fieldError(setting.error, 'model')}
            onChange={(event) => setTyped({ ...typed, model: event.target.value })}
          />
          <TextField
            label="Provider"
            placeholder="any"
            disabled={!isAdmin}
            value={typed.provider}
            error={fieldError(setting.error, 'provider')}
            onChange={(event) => setTyped({ ...typed, provider: event.target.value })}
          />
          <TextField
            label="Calls from (UTC)"
            type="date"
            disabled={!isAdmin}
            value={typed.from}
            error={fieldError(setting.error, 'from')}
            onChange={(event) => setTyped({ ...typed, from: event.target.value })}
          />
          {AMOUNTS.map(([name, label, isNeeded]) => (
            <TextField
              key={name}
              label={label}
              inputMode="decimal"
              placeholder={isNeeded ? '0.15' : 'as input'}
              disabled={!isAdmin}
              value={typed[name]}
              error={wrong(name)}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
          ))}
          <FormButtons>
            <Button type="submit" look="primary" isBusy={setting.isPending} disabled={!isAdmin || !isComplete}>
              Set the price
            </Button>
          </FormButtons>
        </Form>
      </Card>
    </Section>
  );
}

/** Asked only of a complete form, so amounts that are needed are there. */
function bodyOf(typed: Typed) {
  const amount = (name: (typeof AMOUNTS)[number][0]) => amountOf(typed[name]) ?? null;
  return {
    model: typed.model.trim(),
    provider: typed.provider.trim() === '' ? null : typed.provider.trim(),
    from: typed.from === '' ? null : `${typed.from}T00:00:00Z`,
    inputUsdPerMillion: amount('inputUsdPerMillion') ?? 0,
    outputUsdPerMillion: amount('outputUsdPerMillion') ?? 0,
    cacheReadUsdPerMillion: amount('cacheReadUsdPerMillion'),
    cacheWriteUsdPerMillion: amount('cacheWriteUsdPerMillion'),
  };
}
