/** Past calls keep the price that they came with, until somebody asks for today's. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { getRepricingRoute, RepricingBody, startRepricingRoute } from '../../../query/repricings.ts';
import { useAnswer } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form, FormButtons, fieldError } from '../../ui/form.tsx';
import { wholeNumber } from '../../ui/format.ts';
import { Answered, Card, Section } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import styles from './settings.module.css';
import { useChange } from './use-change.ts';

const REFRESH_MS = 1_000;

export function Reprice({ isAdmin }: { isAdmin: boolean }) {
  const { repricing } = useSearch({ from: '/p/$projectId/settings' });
  const navigate = useNavigate({ from: '/p/$projectId/settings' });
  const [from, setFrom] = useState('');
  const starting = useChange({
    run: (api, since: string) =>
      api.call<typeof startRepricingRoute>('post', '/repricings', {
        body: { from: since === '' ? null : `${since}T00:00:00Z` },
      }),
    says: 'The re-pricing has begun',
    stale: [],
    onDone: ({ repricingId }) =>
      void navigate({ to: '.', replace: true, search: (before) => ({ ...before, repricing: repricingId }) }),
  });
  return (
    <Section title="Past calls" text="Gives calls that are stored already the prices of today. It goes on by itself.">
      <Card>
        <div className={styles.stack}>
          <Form
            label="Re-price past calls"
            isInline
            error={starting.error}
            isBusy={starting.isPending}
            fields={['from']}
            onSubmit={() => starting.mutate(from)}
          >
            <TextField
              label="Calls from (UTC)"
              type="date"
              disabled={!isAdmin}
              value={from}
              hint="Empty: all calls"
              error={fieldError(starting.error, 'from')}
              onChange={(event) => setFrom(event.target.value)}
            />
            <FormButtons>
              <Button type="submit" isBusy={starting.isPending} disabled={!isAdmin}>
                Re-price
              </Button>
            </FormButtons>
          </Form>
          {repricing !== undefined && <Progress repricingId={repricing} />}
        </div>
      </Card>
    </Section>
  );
}

function Progress({ repricingId }: { repricingId: string }) {
  const asked = useAnswer<typeof getRepricingRoute>(
    '/repricings/{repricingId}',
    { params: { repricingId } },
    { refetchInterval: (query) => (query.state.data?.state === 'running' ? REFRESH_MS : false) },
  );
  return (
    <Answered asked={asked} lines={1}>
      {(repricing) => (
        <div role="status">
          <p>{words(repricing)}</p>
          {repricing.state === 'running' && (
            <progress
              className={styles.progress}
              aria-label="Calls looked at"
              max={Math.max(1, repricing.spansTotal)}
              value={repricing.spansSeen}
            />
          )}
        </div>
      )}
    </Answered>
  );
}

function words({ state, spansSeen, spansTotal, spansChanged, reason }: RepricingBody): string {
  const changed = `${wholeNumber(spansChanged)} got another price`;
  if (state === 'running')
    return `${wholeNumber(spansSeen)} of ${wholeNumber(spansTotal)} calls were looked at, ${changed}.`;
  return state === 'done'
    ? `Done: of ${wholeNumber(spansSeen)} calls, ${changed}.`
    : `It failed: ${oneLine(reason ?? 'nobody knows why')}. ${changed}.`;
}
