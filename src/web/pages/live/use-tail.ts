/**
 * The stream of events, gathered for each frame that is painted. While somebody reads (paused, scrolled away, a row open)
 * what is shown stands still, and what comes is counted.
 */

import { useEffect, useReducer, useRef } from 'react';
import type { listEventsRoute } from '../../../query/list-events.ts';
import type { AnswerOf } from '../../api/client.ts';
import { type LiveFilters, type LiveState, useLive } from '../../api/live.ts';
import { useAnswer } from '../../api/project.tsx';
import { NO_TAIL, type Tail, type TailEvent, tailEvent, withEvents, withHistory } from './tail-buffer.ts';

/** Shown before the first one comes. */
const HISTORY = 50;
/** A window in the background is painted never: then they are gathered by time. */
const HIDDEN_MS = 500;

export interface ShownTail {
  readonly shown: Tail;
  /** That came since what is shown stands still. */
  readonly unseen: number;
  readonly state: LiveState;
  readonly clear: () => void;
  readonly error: unknown;
}

export function useTail(filters: LiveFilters, isFollowing: boolean): ShownTail {
  const tail = useRef<Tail>(NO_TAIL);
  const arrived = useRef<TailEvent[]>([]);
  const frozen = useRef<Tail | undefined>(undefined);
  const cancel = useRef<(() => void) | undefined>(undefined);
  const [, paint] = useReducer((painted: number) => painted + 1, 0);

  const gather = () => {
    cancel.current = undefined;
    tail.current = withEvents(tail.current, arrived.current);
    arrived.current = [];
    paint();
  };
  const state = useLive(filters, (event) => {
    arrived.current.push(tailEvent(event));
    cancel.current ??= soon(gather);
  });
  useEffect(
    () => () => {
      cancel.current?.();
      cancel.current = undefined;
    },
    [],
  );

  // Asked when the stream is open: what comes in between is in both, and shown once.
  const { traceId, dialect, type } = filters;
  const history = useAnswer<typeof listEventsRoute>(
    '/events',
    { query: { limit: HISTORY, traceId, dialect, type } },
    { enabled: state === 'open', staleTime: Number.POSITIVE_INFINITY, gcTime: 0 },
  );
  const { data } = history;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other filters are another stream, also when answers are equal
  useEffect(() => {
    tail.current = NO_TAIL;
    arrived.current = [];
    frozen.current = undefined;
    paint();
  }, [traceId, dialect, type]);
  useEffect(() => {
    if (data === undefined) return;
    tail.current = withHistory(tail.current, data.data.map(ofAnswer));
    // Also where what is shown stands still: it stood still with nothing in it.
    frozen.current = undefined;
    paint();
  }, [data]);

  if (isFollowing) frozen.current = undefined;
  else frozen.current ??= tail.current;
  const shown = frozen.current ?? tail.current;
  return {
    shown,
    unseen: tail.current.came - shown.came,
    state,
    error: history.error,
    clear: () => {
      tail.current = NO_TAIL;
      frozen.current = undefined;
      paint();
    },
  };
}

function ofAnswer({ payload, ...event }: AnswerOf<typeof listEventsRoute>['data'][number]): TailEvent {
  return tailEvent({ ...event, payload });
}

/** With the next frame; by time where no frames are painted. */
function soon(run: () => void): () => void {
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_MS);
  return () => {
    isDone = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
