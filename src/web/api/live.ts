/** Events as they are stored, over server-sent events (`GET /live`). The browser connects again by itself. */

import { useEffect, useRef, useState } from 'react';
import { useApi } from './project.tsx';

/** As `GET /events` gives it. */
export interface LiveEvent {
  readonly eventId: string;
  readonly dialect: string;
  readonly type: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly timestamp: string;
  readonly receivedAt: string;
  readonly position: number;
  readonly environment: string | null;
  readonly userAgent: string | null;
  readonly payload: unknown;
}

export type LiveState = 'off' | 'connecting' | 'open' | 'lost';

export interface LiveFilters {
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly dialect?: string | undefined;
  readonly type?: string | undefined;
  readonly environment?: string | undefined;
}

const RETRY_MS = 3_000;

/** `onEvent` may change from paint to paint; the connection is made anew only when the filters or `isOn` change. */
export function useLive(filters: LiveFilters, onEvent: (event: LiveEvent) => void, isOn = true): LiveState {
  const api = useApi();
  const [state, setState] = useState<LiveState>('off');
  const latest = useRef(onEvent);
  latest.current = onEvent;
  const url = api.url('/live', {}, filters);
  useEffect(() => {
    if (!isOn) {
      setState('off');
      return;
    }
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let position: string | undefined;
    const connect = () => {
      setState('connecting');
      source = new EventSource(
        position === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}after=${position}`,
      );
      source.onopen = () => setState('open');
      source.addEventListener('event', (message: MessageEvent<string>) => {
        position = message.lastEventId;
        // What the server writes there is an event of `GET /events`.
        latest.current(JSON.parse(message.data) as LiveEvent);
      });
      source.onerror = () => {
        setState('lost');
        // The browser gives up after an answer that is no stream, such as 503 or 429; then it is for us to go on.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, RETRY_MS);
      };
    };
    connect();
    return () => {
      source?.close();
      clearTimeout(timer);
    };
  }, [url, isOn]);
  return state;
}
