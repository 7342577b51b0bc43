/** The columns of the URL, or those of the last visit. A change goes to both. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import { useApi } from '../../api/project.tsx';
import { useStored } from '../../ui/stored.ts';
import { type ColumnState, isUsual, printColumns, readColumns, USUAL_COLUMNS } from './column-state.ts';
import type { TraceSearch } from './trace-search.ts';

export function useColumns(): readonly [ColumnState, (state: ColumnState) => void] {
  const { projectId } = useApi();
  const { columns } = useSearch({ from: '/p/$projectId/traces' });
  const navigate = useNavigate();
  const [stored, store] = useStored(`tributary.columns.${projectId}`);
  const written = columns?.join(',') ?? stored;
  const state = useMemo(() => readColumns(written?.split(',')) ?? USUAL_COLUMNS, [written]);
  const inUrl = useCallback(
    (next: readonly string[] | undefined) =>
      void navigate({
        to: '.',
        replace: true,
        search: (before) => {
          const { columns: _columns, ...others } = before as TraceSearch;
          return next === undefined ? others : { ...others, columns: next };
        },
      }),
    [navigate],
  );
  // So that the address can be given to somebody else.
  useEffect(() => {
    if (columns === undefined && stored !== null) inUrl(stored.split(','));
  }, [columns, stored, inUrl]);
  const change = useCallback(
    (next: ColumnState) => {
      const isPlain = isUsual(next);
      store(isPlain ? null : printColumns(next).join(','));
      inUrl(isPlain ? undefined : printColumns(next));
    },
    [store, inUrl],
  );
  return [state, change];
}
