/** The number of days, and changing it. Fewer days delete more, so it is asked twice. */

import { useState } from 'react';
import type { getRetentionRoute, RetentionBody } from '../../../query/retention.ts';
import type { changeSettingsRoute, SettingsBody } from '../../../query/settings.ts';
import { useAnswer } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { Choice, TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { dayAndTime } from '../../ui/format.ts';
import { ConfirmDialog } from '../../ui/menu.tsx';
import { Answered, Card } from '../../ui/page.tsx';
import { useChange } from './use-change.ts';

type Days = SettingsBody['retentionDays'];
type Way = 'default' | 'forever' | 'days';

export function KeepFor({ isAdmin }: { isAdmin: boolean }) {
  const retention = useAnswer<typeof getRetentionRoute>('/retention', {});
  return (
    <Card>
      <Answered asked={retention} lines={3}>
        {(answer) => <KeepForm key={`${answer.setBy} ${answer.retentionDays}`} retention={answer} isAdmin={isAdmin} />}
      </Answered>
    </Card>
  );
}

function KeepForm({ retention, isAdmin }: { retention: RetentionBody; isAdmin: boolean }) {
  const { retentionDays, setBy, sweptAt, nextAt } = retention;
  const [way, setWay] = useState<Way>(setBy === 'server' ? 'default' : retentionDays === null ? 'forever' : 'days');
  const [days, setDays] = useState(String(retentionDays ?? 30));
  const [asked, setAsked] = useState<Days>();
  const change = useChange({
    run: (api, next: Days) =>
      api.call<typeof changeSettingsRoute>('patch', '/settings', { body: { retentionDays: next } }),
    says: 'It holds from now on',
    stale: ['/retention', '/settings'],
    onDone: () => setAsked(undefined),
  });
  const isValid = way !== 'days' || /^[1-9]\d{0,4}$/.test(days.trim());
  const next: Days = way === 'default' ? 'default' : way === 'forever' ? null : Number(days);
  return (
    <Form
      label="How long traces are kept"
      isInline
      error={change.error}
      isBusy={change.isPending}
      fields={['retentionDays']}
      onSubmit={() => {
        if (isValid) next === null ? change.mutate(next) : setAsked(next);
      }}
    >
      <Choice<Way>
        label="Keep"
        value={way}
        disabled={!isAdmin}
        options={[
          ['default', 'as the server says'],
          ['forever', 'for ever'],
          ['days', 'for some days'],
        ]}
        hint={`Now: ${retentionDays === null ? 'for ever' : `${retentionDays} days`}, as the ${setBy} says`}
        onChange={setWay}
      />
      {way === 'days' && (
        <TextField
          label="Days"
          inputMode="numeric"
          disabled={!isAdmin}
          value={days}
          error={isValid ? fieldError(change.error, 'retentionDays') : 'a whole number of days'}
          hint={
            retentionDays === null
              ? undefined
              : `Looked ${sweptAt === null ? 'not yet' : dayAndTime(sweptAt)}, next ${dayAndTime(nextAt)}`
          }
          onChange={(event) => setDays(event.target.value)}
        />
      )}
      <FormButtons>
        <Button type="submit" look="primary" isBusy={change.isPending} disabled={!isAdmin || !isValid}>
          Change
        </Button>
      </FormButtons>
      <ConfirmDialog
        title={asked === 'default' ? 'Keep traces as the server says?' : `Keep traces for ${String(asked)} days?`}
        text="Older traces are deleted within the hour, and cannot be brought back."
        action="Change"
        isOpen={asked !== undefined}
        isBusy={change.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={() => asked !== undefined && change.mutate(asked)}
      />
    </Form>
  );
}
