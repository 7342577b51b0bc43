/** Whether new traces come in by themselves, and whether the server is there to tell of them. */

import { Radio, RefreshCw } from 'lucide-react';
import { Button, IconButton } from '../../ui/button.tsx';
import { say } from '../../ui/toast.tsx';
import styles from './traces.module.css';
import type { Newest } from './use-newest.ts';

const WORDS = { off: 'Live', connecting: 'Connecting', open: 'Live', lost: 'Lost, trying again' } as const;

export function LiveToggle({
  isLive,
  canBeLive,
  newest,
  onChange,
}: {
  isLive: boolean;
  /** The time goes up to now. */
  canBeLive: boolean;
  newest: Newest;
  onChange: (isLive: boolean) => void;
}) {
  return (
    <>
      {!isLive && (
        <IconButton
          isSmall
          label="Look for new traces"
          isBusy={newest.isAsking}
          icon={<RefreshCw aria-hidden="true" />}
          onClick={() => void newest.refresh().catch((error: Error) => say(error.message, 'error'))}
        />
      )}
      <Button
        isSmall
        className={isLive ? (styles.live ?? '') : ''}
        aria-pressed={isLive}
        disabled={!canBeLive}
        title={canBeLive ? 'New traces as they come' : 'This time is over: nothing new can come'}
        icon={<Radio aria-hidden="true" />}
        onClick={() => onChange(!isLive)}
      >
        {WORDS[isLive ? newest.state : 'off']}
      </Button>
    </>
  );
}
