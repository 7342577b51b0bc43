/** How much the project may send. */

import type { getLimitsRoute, resetLimitsRoute, setLimitsRoute } from '../../../query/limits.ts';
import { useAnswer } from '../../api/project.tsx';
import { NeedsScope, useScope } from '../../ui/needs-scope.tsx';
import { Answered, Card, Section } from '../../ui/page.tsx';
import type { SomeBounds } from './bounds.ts';
import { BoundsForm } from './bounds-form.tsx';
import { useChange } from './use-change.ts';

const PATH = '/limits';

export function LimitsTab() {
  const isAdmin = useScope('admin');
  const isOperator = useScope('instance') === true;
  const limits = useAnswer<typeof getLimitsRoute>(PATH, {});
  const setting = useChange({
    run: (api, body: SomeBounds) => api.call<typeof setLimitsRoute>('put', PATH, { body }),
    says: 'The limits hold from the next request on',
    stale: [PATH],
  });
  const resetting = useChange({
    run: (api, _: undefined) => api.call<typeof resetLimitsRoute>('delete', PATH, {}),
    says: 'The limits were taken back',
    stale: [PATH],
  });
  return (
    <Section
      title="Limits of the project"
      text="Beyond a rate, requests are answered with 429; beyond a size, with 413. An empty field is what the level above says. Keys have their own, in the tab Keys."
    >
      {isAdmin === false && <NeedsScope to="Changing limits" scope="admin" />}
      {isOperator && <p>Your key has the scope instance: what you set is the ceiling of the project.</p>}
      <Card>
        <Answered asked={limits}>
          {(answer) => (
            <BoundsForm
              // Fields begin anew with what was set.
              key={JSON.stringify(answer.own)}
              label="Limits of the project"
              limits={answer}
              error={setting.error ?? resetting.error}
              isBusy={setting.isPending || resetting.isPending}
              isDisabled={isAdmin !== true}
              onSet={(bounds) => setting.mutate(bounds)}
              onReset={() => resetting.mutate(undefined)}
            />
          )}
        </Answered>
      </Card>
    </Section>
  );
}
