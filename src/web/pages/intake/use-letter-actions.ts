/** Retrying and discarding: of one letter, of chosen ones, of all that a filter shows. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type {
  discardDeadLetterRoute,
  discardDeadLettersRoute,
  retryDeadLetterRoute,
  retryDeadLettersRoute,
} from '../../../query/dead-letters.ts';
import type { Api } from '../../api/client.ts';
import { useApi } from '../../api/project.tsx';
import { say } from '../../ui/toast.tsx';
import { DIALECTS } from './dialects.ts';
import { type LetterAction, type Outcome, outcomeText, type Target } from './letter-actions.ts';

export interface Job {
  readonly action: LetterAction;
  readonly target: Target;
  readonly note: string;
}

export function useLetterActions(onDone: () => void) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (job: Job) => ('positions' in job.target ? oneByOne(api, job, job.target.positions) : all(api, job)),
    onSuccess: (outcome, { action }) => {
      say(outcomeText(action, outcome), outcome.failed > 0 ? 'error' : 'ok');
      onDone();
    },
    onError: ({ message }) => say(message, 'error'),
    onSettled: () =>
      Promise.all(
        ['/dead-letters', '/dead-letters/{position}', '/intake'].map((path) =>
          queryClient.invalidateQueries({ queryKey: [api.projectId, path] }),
        ),
      ),
  });
}

/** One that is refused (it is being retried, or somebody was faster) does not keep the others. */
async function oneByOne(api: Api, { action, note }: Job, positions: readonly number[]): Promise<Outcome> {
  let done = 0;
  let reason: string | undefined;
  for (const position of positions) {
    const params = { position: String(position) };
    try {
      if (action === 'retry')
        await api.call<typeof retryDeadLetterRoute>('post', '/dead-letters/{position}/retry', { params });
      else
        await api.call<typeof discardDeadLetterRoute>('post', '/dead-letters/{position}/discard', {
          params,
          body: { note },
        });
      done += 1;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return { done, failed: positions.length - done, reason };
}

/** The server takes some at once and says where to go on. */
async function all(api: Api, { action, target, note }: Job): Promise<Outcome> {
  const name = 'dialect' in target ? target.dialect : undefined;
  const dialect = DIALECTS.find((one) => one === name);
  if (name !== undefined && dialect === undefined) throw new Error(`There is no vendor ${name}`);
  const which = dialect === undefined ? { all: true as const } : { dialect };
  let cursor: string | undefined;
  let done = 0;
  let failed = 0;
  do {
    const more = cursor === undefined ? which : { ...which, cursor };
    if (action === 'retry') {
      const answer = await api.call<typeof retryDeadLettersRoute>('post', '/dead-letters/retry', { body: more });
      done += answer.retried;
      failed += answer.skipped;
      cursor = answer.nextCursor ?? undefined;
    } else {
      const answer = await api.call<typeof discardDeadLettersRoute>('post', '/dead-letters/discard', {
        body: { ...more, note },
      });
      done += answer.discarded;
      cursor = answer.nextCursor ?? undefined;
    }
  } while (cursor !== undefined);
  return { done, failed, reason: failed === 0 ? undefined : 'they do not say whose they are' };
}
