/** Adding a redaction rule. */

import { useState } from 'react';
import type { addRedactionRuleRoute, NewRedactionRuleBody } from '../../../query/redaction.ts';
import { Button } from '../../ui/button.tsx';
import { Choice, TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { Card, Section } from '../../ui/page.tsx';
import { useChange } from './use-change.ts';

type Kind = NewRedactionRuleBody['kind'];
type Action = NewRedactionRuleBody['action'];

const KINDS: readonly (readonly [Kind, string])[] = [
  ['built-in', 'a kind of text'],
  ['field', 'a field'],
  ['pattern', 'a regular expression'],
];
const ACTIONS: readonly (readonly [Action, string])[] = [
  ['mask', 'mask: [redacted:name]'],
  ['hash', 'hash: the same for the same value'],
  ['drop', 'drop: cut it out'],
];
/** As docs/guide/redaction.md explains them. */
const BUILT_IN = [
  ['email', 'e-mail addresses'],
  ['card', 'payment cards'],
  ['key', 'API keys and tokens'],
  ['ipv4', 'IPv4 addresses'],
  ['ipv6', 'IPv6 addresses'],
  ['phone', 'telephone numbers'],
  ['iban', 'bank accounts'],
  ['ssn', 'US social security numbers'],
] as const;
const EXAMPLES = { field: '**.password', pattern: 'EMP-\\d{6}' } as const;

export function NewRule() {
  const [kind, setKind] = useState<Kind>('built-in');
  const [builtIn, setBuiltIn] = useState<string>('email');
  const [target, setTarget] = useState('');
  const [action, setAction] = useState<Action>('mask');
  const [name, setName] = useState('');
  const addition = useChange({
    run: (api, body: NewRedactionRuleBody) =>
      api.call<typeof addRedactionRuleRoute>('post', '/redaction-rules', { body }),
    says: 'The rule holds for requests from now on',
    stale: ['/redaction-rules'],
    onDone: () => {
      setTarget('');
      setName('');
    },
  });
  const wanted = kind === 'built-in' ? builtIn : target;
  const given = name.trim() === '' ? {} : { name: name.trim() };
  return (
    <Section title="New rule">
      <Card>
        <Form
          label="New rule"
          isInline
          error={addition.error}
          isBusy={addition.isPending}
          fields={['kind', 'target', 'action', 'name']}
          onSubmit={() => {
            if (wanted !== '') addition.mutate({ kind, target: wanted, action, ...given });
          }}
        >
          <Choice<Kind> label="Look for" value={kind} options={KINDS} onChange={setKind} />
          {kind === 'built-in' ? (
            <Choice
              label="Which"
              value={builtIn}
              options={BUILT_IN}
              error={fieldError(addition.error, 'target')}
              onChange={setBuiltIn}
            />
          ) : (
            <TextField
              label={kind === 'field' ? 'Path' : 'Expression (RE2)'}
              placeholder={EXAMPLES[kind]}
              value={target}
              maxLength={512}
              error={fieldError(addition.error, 'target')}
              onChange={(event) => setTarget(event.target.value)}
            />
          )}
          <Choice<Action>
            label="Do"
            value={action}
            options={ACTIONS}
            error={fieldError(addition.error, 'action')}
            onChange={setAction}
          />
          <TextField
            label="Name"
            placeholder="made from the target"
            value={name}
            maxLength={40}
            error={fieldError(addition.error, 'name')}
            onChange={(event) => setName(event.target.value)}
          />
          <FormButtons>
            <Button type="submit" look="primary" isBusy={addition.isPending} disabled={wanted === ''}>
              Add the rule
            </Button>
          </FormButtons>
        </Form>
      </Card>
    </Section>
  );
}
