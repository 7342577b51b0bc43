/** The events that the span is made of, each payload byte for byte. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { useApi } from '../../../api/project.tsx';
import { Fold } from '../../../messages/fold.tsx';
import { Button } from '../../../ui/button.tsx';
import { dayAndTime } from '../../../ui/format.ts';
import { JsonView } from '../../../ui/json-view.tsx';
import { Failure, Skeleton } from '../../../ui/page.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import { fetchRawEvents, type RawEvent } from './raw-events.ts';
import styles from './span-panel.module.css';

export function EventsTab(which: { traceId: string; dialect: string; spanId: string }) {
  const api = useApi();
  const { traceId, dialect, spanId } = which;
  const asked = useInfiniteQuery({
    // Named as one about the span, so that it is asked again when the span changes (page/use-trace.ts).
    queryKey: [api.projectId, '/spans/{spanId}/events', { params: { spanId }, query: { traceId, dialect } }],
    queryFn: ({ pageParam, signal }) => fetchRawEvents(api, { traceId, dialect, spanId }, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  if (asked.data === undefined)
    return asked.error === null ? (
      <Skeleton lines={4} />
    ) : (
      <Failure error={asked.error} onRetry={() => void asked.refetch()} />
    );
  const events = asked.data.pages.flatMap((page) => page.events);
  if (events.length === 0)
    return (
      <p className={styles.note}>
        No event has this span as its own. It is told by events of other spans, such as those of its parent.
      </p>
    );
  return (
    <>
      {events.map((event, index) => (
        <Event key={`${event.eventId}/${event.position}`} event={event} isOpenAtFirst={index === 0} />
      ))}
      {asked.hasNextPage && (
        <Button isSmall isBusy={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          Load more
        </Button>
      )}
    </>
  );
}

function Event({ event, isOpenAtFirst }: { event: RawEvent; isOpenAtFirst: boolean }) {
  const { type, timestamp, receivedAt, position, eventId, userAgent, payload, payloadText } = event;
  return (
    <Fold
      isOpenAtFirst={isOpenAtFirst}
      summary={
        <>
          <bdi className={styles.toolName}>{oneLine(type, 60)}</bdi>
          <span className={styles.preview}>{dayAndTime(timestamp)}</span>
        </>
      }
    >
      <p className={styles.muted}>
        <bdi>{oneLine(eventId, 80)}</bdi>, received {dayAndTime(receivedAt)}, position {position}
        {userAgent !== null && <>, {oneLine(userAgent, 80)}</>}
      </p>
      <JsonView value={payload} text={payloadText} label={`payload of ${oneLine(type, 60)}`} isTextAtFirst />
    </Fold>
  );
}
