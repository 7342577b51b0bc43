/** The views of a project, as this browser keeps them. */

import { useMemo } from 'react';
import { useApi } from '../api/project.tsx';
import { readRangeSearch } from '../api/time-range.ts';
import { readTraceSearch } from '../pages/traces/trace-search.ts';
import { useStored } from '../ui/stored.ts';
import { parseViews, type View } from './views.ts';

export function useViews(): readonly [readonly View[], (views: readonly View[]) => void] {
  const { projectId } = useApi();
  const [stored, store] = useStored(`tributary.views.${projectId}`);
  const views = useMemo(
    () => parseViews(stored, (search) => ({ ...readTraceSearch(search), ...readRangeSearch(search) })),
    [stored],
  );
  return [views, (next) => store(next.length === 0 ? null : JSON.stringify(next))];
}
