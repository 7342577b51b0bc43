/** A tail of events as they are stored. Space holds it still; scrolling away and opening a row do, too. */

import { useSearch } from '@tanstack/react-router';
import { ArrowUp, Eraser, Pause, Play } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { LiveState } from '../../api/live.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { wholeNumber } from '../../ui/format.ts';
import { useHotkeys } from '../../ui/hotkey.ts';
import { Empty, Failure, Page } from '../../ui/page.tsx';
import styles from './live.module.css';
import { LiveFilters } from './live-filters.tsx';
import { LiveList } from './live-list.tsx';
import { useTail } from './use-tail.ts';
import { holdsWords, wordsOf } from './words.ts';

const STATES: Readonly<Record<LiveState, readonly [tone: Tone, says: string]>> = {
  off: ['neutral', 'not connected'],
  connecting: ['info', 'connecting'],
  open: ['ok', 'connected'],
  lost: ['error', 'connection lost, trying again'],
};

export function LivePage() {
  const { dialect, type, traceId, q } = useSearch({ from: '/p/$projectId/live' });
  const scroller = useRef<HTMLDivElement>(null);
  const [isPaused, setPaused] = useState(false);
  const [isAtTop, setAtTop] = useState(true);
  const [openId, setOpenId] = useState<string>();
  const isFollowing = !isPaused && isAtTop && openId === undefined;
  const { shown, unseen, state, clear, error } = useTail({ dialect, type, traceId }, isFollowing);
  const words = wordsOf(q);
  const events = words.length === 0 ? shown.events : shown.events.filter((one) => holdsWords(one, words));
  const toggle = useCallback((id: string) => setOpenId((open) => (open === id ? undefined : id)), []);

  // Another stream begins at its newest.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filters are what matters
  useEffect(() => {
    setOpenId(undefined);
    setAtTop(true);
    scroller.current?.scrollTo({ top: 0 });
  }, [dialect, type, traceId]);

  const follow = () => {
    setPaused(false);
    setOpenId(undefined);
    setAtTop(true);
    scroller.current?.scrollTo({ top: 0 });
  };
  const pauseOrGoOn = () => (isPaused ? follow() : setPaused(true));
  const start = () => {
    clear();
    follow();
  };
  useHotkeys([
    {
      key: ' ',
      says: 'Pause or go on',
      // On a button, space is the button's.
      run: ({ target }) => (target instanceof HTMLButtonElement ? target.click() : pauseOrGoOn()),
    },
    { key: 'c', says: 'Clear', run: start },
  ]);
  const [tone, says] = STATES[state];
  return (
    <Page
      title="Live"
      isWide
      actions={
        <>
          <span role="status">
            <Badge tone={tone}>{says}</Badge>
          </span>
          <Button
            icon={isPaused ? <Play aria-hidden="true" /> : <Pause aria-hidden="true" />}
            aria-keyshortcuts="Space"
            onClick={pauseOrGoOn}
          >
            {isPaused ? 'Go on' : 'Pause'}
          </Button>
          <Button icon={<Eraser aria-hidden="true" />} aria-keyshortcuts="c" onClick={start}>
            Clear
          </Button>
        </>
      }
    >
      <LiveFilters />
      {error !== null && error !== undefined && (
        <div className={styles.inset}>
          <Failure error={error} />
        </div>
      )}
      <div className={styles.frame}>
        {unseen > 0 && (
          <Button
            look="primary"
            isSmall
            className={styles.unseen ?? ''}
            icon={<ArrowUp aria-hidden="true" />}
            onClick={follow}
          >
            {wholeNumber(unseen)} new
          </Button>
        )}
        {events.length === 0 && <Nothing isFiltered={words.length > 0 && shown.events.length > 0} state={state} />}
        <LiveList
          events={events}
          openId={openId}
          isFollowing={isFollowing}
          scroller={scroller}
          onToggle={toggle}
          onScrolled={setAtTop}
        />
      </div>
      <p className={`${styles.foot} numbers`}>
        {wholeNumber(events.length)} shown
        {shown.dropped > 0 && `; ${wholeNumber(shown.dropped)} older ones are no longer kept here`}
        {!isFollowing && (isPaused ? '; paused' : '; standing still while you read')}
      </p>
    </Page>
  );
}

function Nothing({ isFiltered, state }: { isFiltered: boolean; state: LiveState }) {
  if (isFiltered)
    return <Empty title="No event here has these words" text="New ones are looked through as they come." />;
  return (
    <Empty
      title="Nothing yet"
      text={state === 'open' ? 'Events appear here as they are stored.' : 'The stream is not open yet.'}
    />
  );
}
