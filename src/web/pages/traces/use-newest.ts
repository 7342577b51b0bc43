/**
 * New traces on top of the list. Rows do not move under a pointer, under the focus or away from somebody who scrolled
 * down: then they wait, and are counted. Rows that are there change in place.
 */

import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLive } from '../../api/live.ts';
import { merged, type TracePage, unseen, updated } from './newest.ts';
import type { TraceList } from './use-traces.ts';

/** Between two questions, however many events there are. */
const PAUSE_MS = 1000;
/** A list that was left for longer is looked after when one comes back. */
const STALE_MS = 10_000;

export interface Newest {
  readonly waitingCount: number;
  readonly showWaiting: () => void;
  /** Asks now, and shows what comes. */
  readonly refresh: () => Promise<void>;
  /** Nothing holds the rows any more. */
  readonly release: () => void;
  readonly state: ReturnType<typeof useLive>;
  readonly isAsking: boolean;
}

export function useNewest({
  queryKey,
  askFirst,
  isLive,
  isHeld,
}: {
  queryKey: QueryKey;
  askFirst: () => Promise<TracePage>;
  isLive: boolean;
  isHeld: () => boolean;
}): Newest {
  const client = useQueryClient();
  const [waiting, setWaiting] = useState<{ readonly page: TracePage; readonly count: number }>();
  const [isAsking, setAsking] = useState(false);
  const show = useCallback(
    (fresh: TracePage, isAll: boolean) => {
      const before = client.getQueryData<TraceList>(queryKey);
      if (before === undefined) return;
      const pages = isAll ? merged(before.pages, fresh) : updated(before.pages, fresh);
      client.setQueryData<TraceList>(queryKey, {
        pages: [...pages],
        pageParams: before.pageParams.slice(0, pages.length),
      });
      const count = isAll ? 0 : unseen(before.pages, fresh).length;
      setWaiting(count === 0 ? undefined : { page: fresh, count });
    },
    [client, queryKey],
  );
  const latest = useRef({ askFirst, isHeld, show });
  latest.current = { askFirst, isHeld, show };
  const ask = useCallback(async (isWanted: boolean) => {
    const asked = latest.current;
    const fresh = await asked.askFirst();
    // Somebody changed the filters in the meantime.
    if (asked.show !== latest.current.show) return;
    asked.show(fresh, isWanted || !asked.isHeld());
  }, []);
  const refresh = useCallback(async () => {
    setAsking(true);
    try {
      await ask(true);
      await client.invalidateQueries({ queryKey: [queryKey[0], '/traces/facets'] });
    } finally {
      setAsking(false);
    }
  }, [ask, client, queryKey]);
  const onEvent = useThrottled(() => ask(false));
  const state = useLive({}, onEvent, isLive);

  useEffect(() => {
    setWaiting(undefined);
    const seen = client.getQueryState(queryKey);
    // A first page that cannot be had now is told by the list itself when it is asked.
    if (seen?.data !== undefined && Date.now() - seen.dataUpdatedAt > STALE_MS) ask(false).catch(() => undefined);
  }, [client, queryKey, ask]);

  const showWaiting = useCallback(() => waiting !== undefined && show(waiting.page, true), [waiting, show]);
  const release = useCallback(() => {
    if (waiting !== undefined && !latest.current.isHeld()) show(waiting.page, true);
  }, [waiting, show]);
  return { waitingCount: waiting?.count ?? 0, showWaiting, refresh, release, state, isAsking };
}

/** Called at once, then at most once a pause, and once more after the last call. */
function useThrottled(run: () => Promise<void>): () => void {
  const latest = useRef(run);
  latest.current = run;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isBusy = useRef(false);
  const isWanted = useRef(false);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      isBusy.current = false;
      isWanted.current = false;
    },
    [],
  );
  return useCallback(() => {
    const start = () => {
      isBusy.current = true;
      isWanted.current = false;
      // The connection says by itself that the server is gone.
      void latest
        .current()
        .catch(() => undefined)
        .finally(() => {
          timer.current = setTimeout(() => {
            isBusy.current = false;
            if (isWanted.current) start();
          }, PAUSE_MS);
        });
    };
    if (isBusy.current) isWanted.current = true;
    else start();
  }, []);
}
