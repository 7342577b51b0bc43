/** All of an event: what the envelope says and its payload. */

import { Link } from '@tanstack/react-router';
import type { LiveEvent } from '../../api/live.ts';
import { useApi } from '../../api/project.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './live.module.css';

export function Payload({ event }: { event: LiveEvent }) {
  const { projectId } = useApi();
  return (
    <div className={styles.payload}>
      <p className={styles.envelope}>
        trace{' '}
        <Link
          to="/p/$projectId/traces/$traceId"
          params={{ projectId, traceId: event.traceId }}
          search={{ dialect: event.dialect, span: event.spanId }}
        >
          <Name text={event.traceId} charsMax={60} />
        </Link>{' '}
        · span <Name text={event.spanId} charsMax={60} /> · event <Name text={event.eventId} charsMax={60} /> · position{' '}
        {event.position} · <Name text={event.userAgent} none="no user agent" charsMax={100} />
      </p>
      <JsonView value={event.payload} label="Payload" />
    </div>
  );
}
