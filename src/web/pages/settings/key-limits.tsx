/** How much one key may send. */

import type { getKeyLimitsRoute, resetKeyLimitsRoute, setKeyLimitsRoute } from '../../../query/limits.ts';
import { useAnswer } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogButtons } from '../../ui/menu.tsx';
import { Answered } from '../../ui/page.tsx';
import { oneLine } from '../../ui/untrusted.tsx';
import type { SomeBounds } from './bounds.ts';
import { BoundsForm } from './bounds-form.tsx';
import type { Key } from './keys.tsx';
import { useChange } from './use-change.ts';

const PATH = '/keys/{keyId}/limits';

export function KeyLimitsDialog({ apiKey: { id, name }, onClose }: { apiKey: Key; onClose: () => void }) {
  const params = { keyId: id };
  const limits = useAnswer<typeof getKeyLimitsRoute>(PATH, { params });
  const setting = useChange({
    run: (api, body: SomeBounds) => api.call<typeof setKeyLimitsRoute>('put', PATH, { params, body }),
    says: 'The limits of the key hold from the next request on',
    stale: [PATH],
  });
  const resetting = useChange({
    run: (api, _: undefined) => api.call<typeof resetKeyLimitsRoute>('delete', PATH, { params }),
    says: 'The limits of the key were taken back',
    stale: [PATH],
  });
  return (
    <Dialog
      title={`Limits of ${oneLine(name, 60)}`}
      text="Never above those of its project. An empty field is what the project has."
      isOpen
      onClose={onClose}
    >
      <Answered asked={limits}>
        {(answer) => (
          <BoundsForm
            key={JSON.stringify(answer.own)}
            label="Limits of the key"
            limits={answer}
            error={setting.error ?? resetting.error}
            isBusy={setting.isPending || resetting.isPending}
            onSet={(bounds) => setting.mutate(bounds)}
            onReset={() => resetting.mutate(undefined)}
          />
        )}
      </Answered>
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
      </DialogButtons>
    </Dialog>
  );
}
