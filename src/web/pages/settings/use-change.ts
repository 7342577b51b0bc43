/** A change: done once, told in words, and what it made old is asked again. */

import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { type Api, ApiError } from '../../api/client.ts';
import { useApi } from '../../api/project.tsx';
import { say } from '../../ui/toast.tsx';

export function useChange<Given, Answer>({
  run,
  says,
  stale,
  onDone,
}: {
  run: (api: Api, given: Given) => Promise<Answer>;
  says: string | ((answer: Answer) => string);
  /** Paths of the API. */
  stale: readonly string[];
  onDone?: (answer: Answer, given: Given) => void;
}): UseMutationResult<Answer, Error, Given> {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => run(api, given),
    onSuccess: (answer, given) => {
      say(typeof says === 'string' ? says : says(answer));
      onDone?.(answer, given);
    },
    // A field that is wrong is told at the field.
    onError: (error) => {
      if (!(error instanceof ApiError) || error.path === undefined) say(error.message, 'error');
    },
    onSettled: () =>
      Promise.all(stale.map((path) => queryClient.invalidateQueries({ queryKey: [api.projectId, path] }))),
  });
}
