/** The key that snippets have filled in. It is in the memory of this page only, and gone with it or by signing out. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, useKey } from '../../api/project.tsx';
import { keyTypedFor } from '../../api/session.ts';

const KEPT_AS = 'key for snippets';

interface SnippetKey {
  readonly key: string | undefined;
  /** It is the one that somebody signed in with. */
  readonly isTyped: boolean;
  readonly keep: (key: string) => void;
}

export function useSnippetKey(): SnippetKey {
  const { projectId } = useApi();
  const queryClient = useQueryClient();
  const scopes = useKey().data?.scopes ?? [];
  // Kept with what was asked of the project: signing out forgets both.
  const { data } = useQuery({
    queryKey: [projectId, KEPT_AS],
    queryFn: () => '',
    enabled: false,
    initialData: '',
    gcTime: Number.POSITIVE_INFINITY,
  });
  const typed = scopes.includes('ingest') ? keyTypedFor(projectId) : undefined;
  return {
    key: data === '' ? typed : data,
    isTyped: data === '' && typed !== undefined,
    keep: (key) => void queryClient.setQueryData([projectId, KEPT_AS], key),
  };
}
