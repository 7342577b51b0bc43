/** The list, with what comes in on top of it, and the place where it scrolls. */

import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import { useKey } from '../../api/project.tsx';
import type { TimeRange } from '../../api/time-range.ts';
import type { TraceFilters } from '../../filter-bar/fields.ts';
import { useNewest } from './use-newest.ts';
import { useTraces } from './use-traces.ts';

export type HeldList = ReturnType<typeof useHeldList>;

export function useHeldList(filters: TraceFilters, range: TimeRange, isLive: boolean) {
  const { list, traces, queryKey, askFirst } = useTraces(filters, range);
  const scroller = useRef<HTMLDivElement>(null);
  /** Somebody points at a row, has the focus in the list or reads further down. */
  const isHeld = useCallback(() => {
    const place = scroller.current;
    // Without a row there is none to move.
    if (place === null || place.querySelector('[data-index]') === null) return false;
    return place.scrollTop > 0 || place.matches(':hover') || place.contains(document.activeElement);
  }, []);
  // The first event of all is waited for.
  const { data: key } = useKey();
  const isFirstRun = key?.hasEvents === false && list.data !== undefined && traces.length === 0;
  const client = useQueryClient();
  useEffect(() => {
    if (!isFirstRun || key === undefined) return;
    // When it is over, whatever was asked before knows nothing of it.
    return () => {
      void client.invalidateQueries({ queryKey: [key.project.id, '/traces/facets'] });
      void client.invalidateQueries({ queryKey: [key.project.id, '/key'] });
    };
  }, [isFirstRun, key, client]);
  const newest = useNewest({ queryKey, askFirst, isLive: isLive || (isFirstRun && range.isLive), isHeld });
  return { list, traces, newest, scroller };
}
