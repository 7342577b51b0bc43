/** Messages one below the other. Of very many, the first and the last: a page of a thousand messages helps nobody. */

import { useMemo, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { wholeNumber } from '../ui/format.ts';
import { foldResults } from './fold-results.ts';
import type { Reading } from './message.ts';
import { MessageView } from './message-view.tsx';
import styles from './messages.module.css';
import { RestView } from './part-view.tsx';

const FIRST = 5;
const LAST = 25;
const STEP = 50;

export function MessageList({ reading, label }: { reading: Reading; label: string }) {
  const messages = useMemo(() => foldResults(reading.messages), [reading]);
  const [lastCount, setLastCount] = useState(LAST);
  const hiddenCount = Math.max(0, messages.length - FIRST - lastCount);
  const shown = hiddenCount === 0 ? messages : [...messages.slice(0, FIRST), ...messages.slice(FIRST + hiddenCount)];
  return (
    <div className={styles.list}>
      {shown.map((message, place) => (
        <div key={message.index} className={styles.item}>
          {place === FIRST && hiddenCount > 0 && (
            <div className={styles.gap}>
              <span>{wholeNumber(hiddenCount)} messages between</span>
              <Button isSmall onClick={() => setLastCount(lastCount + STEP)}>
                Show {Math.min(STEP, hiddenCount)} before these
              </Button>
            </div>
          )}
          <MessageView message={message} />
        </div>
      ))}
      <RestView rest={reading.rest} label={label} />
    </div>
  );
}
