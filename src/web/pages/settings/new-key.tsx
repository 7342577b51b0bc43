/** Making a key, and taking over one that a vendor made. */

import { useState } from 'react';
import type { createKeyRoute, importKeyRoute } from '../../../query/projects.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { type KeyScope, useScope } from '../../ui/needs-scope.tsx';
import { Card, Section } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import styles from './settings.module.css';
import { useChange } from './use-change.ts';

const SCOPES: readonly (readonly [scope: KeyScope, means: string])[] = [
  ['ingest', 'send events'],
  ['read', 'look at everything of the project, this dashboard too'],
  ['admin', 'change settings, keys and prices; delete'],
  ['instance', 'all projects, and the server itself'],
];
const USUAL: readonly KeyScope[] = ['ingest', 'read'];

export function NewKey() {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState(USUAL);
  const [made, setMade] = useState<{ name: string; secret: string }>();
  const creation = useChange({
    run: (api, given: { name: string; scopes: KeyScope[] }) =>
      api.call<typeof createKeyRoute>('post', '/keys', { body: given }),
    says: 'The key was made',
    stale: ['/keys'],
    onDone: (key) => {
      setMade(key);
      setName('');
    },
  });
  return (
    <Section title="New key">
      <Card>
        <Form
          label="New key"
          error={creation.error}
          isBusy={creation.isPending}
          fields={['name', 'scopes']}
          onSubmit={() => creation.mutate({ name, scopes: [...scopes] })}
        >
          <TextField
            label="Name"
            placeholder="checkout, staging"
            value={name}
            maxLength={200}
            error={fieldError(creation.error, 'name')}
            onChange={(event) => setName(event.target.value)}
          />
          <ScopeChoice chosen={scopes} onChange={setScopes} error={fieldError(creation.error, 'scopes')} />
          <FormButtons>
            <Button
              type="submit"
              look="primary"
              isBusy={creation.isPending}
              disabled={name.trim() === '' || scopes.length === 0}
            >
              Make the key
            </Button>
          </FormButtons>
        </Form>
        {made !== undefined && (
          <SecretDialog title={oneLine(made.name, 60)} secret={made.secret} onClose={() => setMade(undefined)} />
        )}
      </Card>
    </Section>
  );
}

export function ImportKey() {
  const [secret, setSecret] = useState('');
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState(USUAL);
  const taking = useChange({
    run: (api, given: { secret: string; name?: string; scopes: KeyScope[] }) =>
      api.call<typeof importKeyRoute>('post', '/keys/import', { body: given }),
    says: 'The key was imported',
    stale: ['/keys'],
    onDone: () => {
      setSecret('');
      setName('');
    },
  });
  const given = name.trim() === '' ? {} : { name: name.trim() };
  return (
    <Section title="Import a vendor's key" text="Then clients keep the secret that they have.">
      <Card>
        <Form
          label="Import a vendor's key"
          error={taking.error}
          isBusy={taking.isPending}
          fields={['secret', 'name', 'scopes']}
          onSubmit={() => taking.mutate({ secret: secret.trim(), ...given, scopes: [...scopes] })}
        >
          <TextField
            label="Secret"
            type="password"
            value={secret}
            maxLength={1024}
            error={fieldError(taking.error, 'secret')}
            onChange={(event) => setSecret(event.target.value)}
          />
          <TextField
            label="Name"
            placeholder="imported"
            value={name}
            maxLength={200}
            error={fieldError(taking.error, 'name')}
            onChange={(event) => setName(event.target.value)}
          />
          <ScopeChoice chosen={scopes} onChange={setScopes} error={fieldError(taking.error, 'scopes')} />
          <FormButtons>
            <Button type="submit" isBusy={taking.isPending} disabled={secret.trim() === '' || scopes.length === 0}>
              Import it
            </Button>
          </FormButtons>
        </Form>
      </Card>
    </Section>
  );
}

function ScopeChoice({
  chosen,
  error,
  onChange,
}: {
  chosen: readonly KeyScope[];
  error: string | undefined;
  onChange: (scopes: readonly KeyScope[]) => void;
}) {
  const mayGiveAll = useScope('instance') === true;
  return (
    <fieldset className={styles.scopes}>
      <legend>What it may do</legend>
      {SCOPES.filter(([scope]) => mayGiveAll || scope !== 'instance').map(([scope, means]) => (
        <Checkbox
          key={scope}
          isChecked={chosen.includes(scope)}
          onChange={(is) => onChange(is ? [...chosen, scope] : chosen.filter((one) => one !== scope))}
          label={
            <span>
              <code>{scope}</code> <span className={styles.note}>{means}</span>
            </span>
          }
        />
      ))}
      {!mayGiveAll && <p className={styles.note}>Giving instance needs a key with the scope instance.</p>}
      {error !== undefined && (
        <p role="alert" className={styles.error}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
