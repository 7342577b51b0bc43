/** A dead letter as it came: head and body, and what was the matter. Opened by `?letter=<position>`. */

import type { getDeadLetterRoute, ShownDeadLetterBody } from '../../../query/dead-letters.ts';
import { useAnswer } from '../../api/project.tsx';
import { Button } from '../../ui/button.tsx';
import { bytes, dayAndTime } from '../../ui/format.ts';
import { Dialog, DialogButtons } from '../../ui/menu.tsx';
import { scopeReason, useScope } from '../../ui/needs-scope.tsx';
import { Answered } from '../../ui/page.tsx';
import { CutText } from './cut-text.tsx';
import { Facts } from './facts.tsx';
import type { LetterAction } from './letter-actions.ts';

export function DeadLetterDialog({
  position,
  onClose,
  onAct,
}: {
  position: string;
  onClose: () => void;
  onAct: (action: LetterAction) => void;
}) {
  const isAdmin = useScope('admin');
  const letter = useAnswer<typeof getDeadLetterRoute>('/dead-letters/{position}', { params: { position } });
  const canAct = isAdmin === true && letter.data?.state === 'dead';
  return (
    <Dialog title={`Dead letter ${position}`} isOpen onClose={onClose}>
      <Answered asked={letter}>{(shown) => <Letter letter={shown} />}</Answered>
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
        <Button
          look="danger"
          disabled={!canAct}
          title={isAdmin === false ? scopeReason('admin') : undefined}
          onClick={() => onAct('discard')}
        >
          Discard
        </Button>
        <Button
          look="primary"
          disabled={!canAct}
          title={isAdmin === false ? scopeReason('admin') : undefined}
          onClick={() => onAct('retry')}
        >
          Retry
        </Button>
      </DialogButtons>
    </Dialog>
  );
}

function Letter({ letter }: { letter: ShownDeadLetterBody }) {
  const { request, body, discarded } = letter;
  return (
    <>
      <Facts
        facts={[
          ['Reason', letter.reason],
          ['State', letter.state],
          ['Vendor', letter.dialect],
          ['Route', letter.route],
          ['Came', dayAndTime(request?.receivedAt ?? letter.createdAt)],
          [
            'Retried',
            letter.retriedAt === null
              ? 'never'
              : `${dayAndTime(letter.retriedAt)}, failed ${letter.failedRetries} times`,
          ],
          ['Receipt', letter.receipt],
          ['User agent', request?.userAgent],
          ...(discarded === null
            ? []
            : ([['Discarded', `${dayAndTime(discarded.at)} by ${discarded.keyName}: ${discarded.note}`]] as const)),
        ]}
      />
      {request !== null && (
        <CutText
          title="Headers and parameters"
          text={JSON.stringify({ ...request.params, ...request.query, ...request.headers }, null, 2)}
        />
      )}
      {body !== null && (
        <CutText
          title={`Body, ${bytes(letter.bodyBytes)}${body.encoding === 'base64' ? ', as base64' : ''}${body.isWhole ? '' : ', its beginning'}`}
          text={body.data}
        />
      )}
    </>
  );
}
