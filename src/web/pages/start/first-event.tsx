/** What the page waits for, and what it turns into by itself: the trace of the first event. */

import { Link } from '@tanstack/react-router';
import { ArrowRight, CircleCheck, Radio } from 'lucide-react';
import { useRef } from 'react';
import type { getKeyRoute } from '../../../query/get-key.ts';
import type { listTracesRoute } from '../../../query/list-traces.ts';
import { type LiveState, useLive } from '../../api/live.ts';
import { useAnswer, useApi } from '../../api/project.tsx';
import { Dialect, Status } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { ago } from '../../ui/format.ts';
import { Failure, Skeleton } from '../../ui/page.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './start.module.css';

/** Also where the live stream cannot be had, behind a proxy that holds it back. */
const ASKED_MS = 2_000;

export function FirstEvent() {
  const key = useAnswer<typeof getKeyRoute>(
    '/key',
    {},
    { refetchInterval: (query) => (query.state.data?.hasEvents === true ? false : ASKED_MS) },
  );
  const wasEmpty = useRef(false);
  const isEmpty = key.data?.hasEvents === false;
  if (isEmpty) wasEmpty.current = true;
  const live = useLive({}, () => void key.refetch(), isEmpty);

  if (key.data === undefined)
    return key.error === null ? (
      <Skeleton lines={2} />
    ) : (
      <Failure error={key.error} onRetry={() => void key.refetch()} />
    );
  return (
    <div className={`${styles.state} ${isEmpty ? '' : styles.arrived}`} role="status">
      {isEmpty ? <Waiting live={live} isLost={key.isError} /> : <Arrived isFirst={wasEmpty.current} />}
    </div>
  );
}

function Waiting({ live, isLost }: { live: LiveState; isLost: boolean }) {
  return (
    <>
      <span className={styles.pulse} aria-hidden="true">
        <Radio />
      </span>
      <div className={styles.stateWords}>
        <h2>Waiting for the first event</h2>
        <p className={styles.note}>
          {isLost || live === 'lost'
            ? 'The server does not answer at the moment. It is asked again.'
            : 'Paste one of the snippets below. This turns into your first trace by itself.'}
        </p>
      </div>
    </>
  );
}

function Arrived({ isFirst }: { isFirst: boolean }) {
  const { projectId } = useApi();
  const latest = useAnswer<typeof listTracesRoute>(
    '/traces',
    { query: { limit: 1 } },
    // The stream and the list may differ by a moment; asked until it is there.
    { refetchInterval: (query) => (query.state.data?.data.length === 0 ? ASKED_MS : false), staleTime: 0 },
  );
  const trace = latest.data?.data[0];
  return (
    <>
      <CircleCheck aria-hidden="true" className={styles.check} />
      <div className={styles.stateWords}>
        <h2>{isFirst ? 'Your first trace is here' : 'Events arrive'}</h2>
        {trace === undefined ? (
          <p className={styles.note}>{latest.data === undefined ? 'Looking for the trace' : 'No trace is shown yet'}</p>
        ) : (
          <p className={styles.traceLine}>
            {!isFirst && <span>The latest trace:</span>}
            <Status status={trace.status} isIcon />
            <strong>
              <Name text={trace.name} none="trace" charsMax={60} />
            </strong>
            <Dialect dialect={trace.dialect} />
            <span className={styles.note}>{ago(trace.startTime)}</span>
          </p>
        )}
      </div>
      {trace === undefined ? (
        <Link to="/p/$projectId/live" params={{ projectId }} className={buttonClass()}>
          See events live
        </Link>
      ) : (
        <Link
          to="/p/$projectId/traces/$traceId"
          params={{ projectId, traceId: trace.traceId }}
          search={{ dialect: trace.dialect }}
          className={buttonClass(isFirst ? 'primary' : 'plain')}
        >
          Open the trace
          <ArrowRight aria-hidden="true" />
        </Link>
      )}
    </>
  );
}
