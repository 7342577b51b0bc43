/** The project that the pages below are about, and questions to its API. */

import { type UseQueryOptions, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { getKeyRoute } from '../../query/get-key.ts';
import { type AnswerOf, Api, type Asking, type Route } from './client.ts';

const Context = createContext<Api | undefined>(undefined);

export function ProjectProvider({ projectId, children }: { projectId: string; children: ReactNode }) {
  const api = useMemo(() => new Api(projectId), [projectId]);
  return <Context value={api}>{children}</Context>;
}

export function useApi(): Api {
  const api = useContext(Context);
  if (api === undefined) throw new Error('useApi outside of a project');
  return api;
}

type Options<Answer> = Pick<
  UseQueryOptions<Answer>,
  'enabled' | 'refetchInterval' | 'staleTime' | 'placeholderData' | 'gcTime'
>;

/**
 * One question, asked with GET: `useAnswer<typeof listAgentsRoute>('/agents', { query: { from } })`. Kept by project, path
 * and parameters.
 */
export function useAnswer<R extends Route>(
  path: R['path'],
  asking: Asking<R>,
  options: Options<AnswerOf<R>> = {},
): UseQueryResult<AnswerOf<R>> {
  const api = useApi();
  return useQuery({
    queryKey: [api.projectId, path, asking],
    queryFn: ({ signal }) => api.call<R>('get', path, { ...asking, signal }),
    ...options,
  });
}

/** Who is signed in: the key's name and scopes, its project. */
export function useKey() {
  return useAnswer<typeof getKeyRoute>('/key', {}, { staleTime: 60_000 });
}
