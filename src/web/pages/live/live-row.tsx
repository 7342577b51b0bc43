/** One event in a line: when, whose, what, and the beginning of its payload. Open, it shows all of it. */

import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { memo } from 'react';
import { useApi } from '../../api/project.tsx';
import { Dialect } from '../../ui/badge.tsx';
import { dayAndTime } from '../../ui/format.ts';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import styles from './live.module.css';
import { Payload } from './payload.tsx';
import { payloadText } from './payload-text.ts';
import type { TailEvent } from './tail-buffer.ts';

const EXCERPT_CHARS = 240;

export const LiveRow = memo(function LiveRow({
  tailEvent,
  isOpen,
  onToggle,
}: {
  tailEvent: TailEvent;
  isOpen: boolean;
  onToggle: (id: string) => void;
}) {
  const { projectId } = useApi();
  const { event, id } = tailEvent;
  const { dialect, type, traceId, spanId, environment, timestamp, receivedAt, payload } = event;
  return (
    <>
      <div className={styles.row}>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Hide' : 'Show'} the payload of ${oneLine(type, 60)} at ${clock(receivedAt)}`}
          onClick={() => onToggle(id)}
        >
          <ChevronRight aria-hidden="true" className={isOpen ? styles.turned : ''} />
        </button>
        <time
          className={`${styles.time} numbers`}
          dateTime={receivedAt}
          title={`${dayAndTime(receivedAt)}; sent ${dayAndTime(timestamp)}`}
        >
          {clock(receivedAt)}
        </time>
        <span className={styles.dialect}>
          <Dialect dialect={dialect} />
        </span>
        <span className={styles.type}>
          <Name text={type} charsMax={60} />
        </span>
        <Link
          to="/p/$projectId/traces/$traceId"
          params={{ projectId, traceId }}
          search={{ dialect, span: spanId }}
          className={styles.trace}
          preload={false}
        >
          <Name text={traceId} charsMax={40} />
        </Link>
        {environment !== null && (
          <span className={styles.environment}>
            <Name text={environment} charsMax={30} />
          </span>
        )}
        <span className={styles.excerpt}>{oneLine(payloadText(payload, EXCERPT_CHARS))}</span>
      </div>
      {isOpen && <Payload event={event} />}
    </>
  );
});

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false },
});

/** `20:14:03.120`, where the reader is. */
function clock(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? oneLine(iso, 30) : CLOCK.format(date);
}
