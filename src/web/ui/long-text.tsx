/** Text that came in with an event, as long as it may be: its beginning at first, and the rest when it is wanted. */

import { useMemo, useState } from 'react';
import { Button } from './button.tsx';
import { bytes, wholeNumber } from './format.ts';
import styles from './long-text.module.css';
import { bytesOf, cutAt, piecesOf, SHOWN_CHARS, STEP_CHARS } from './long-text.ts';
import { visibleText } from './untrusted.tsx';

export function LongText({
  text,
  isMono = false,
  charsAtFirst = SHOWN_CHARS,
}: {
  text: string;
  isMono?: boolean;
  charsAtFirst?: number;
}) {
  const [chars, setChars] = useState(charsAtFirst);
  const pieces = useMemo(() => piecesOf(visibleText(cutAt(text, chars))), [text, chars]);
  return (
    <div className={`${styles.text} ${isMono ? styles.mono : ''}`} dir="auto">
      {pieces.map((piece, index) => (
        // Pieces have no identity beyond their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={pieces.length > 1 ? styles.piece : ''}>
          {piece}
        </div>
      ))}
      {text.length > chars && <ShowMore text={text} chars={chars} onMore={setChars} />}
    </div>
  );
}

function ShowMore({ text, chars, onMore }: { text: string; chars: number; onMore: (chars: number) => void }) {
  const next = chars < STEP_CHARS ? STEP_CHARS : chars + STEP_CHARS;
  const size = useMemo(() => bytes(bytesOf(text)), [text]);
  return (
    <div className={styles.more} dir="ltr">
      <span>… {wholeNumber(text.length - chars)} characters more</span>
      <Button isSmall onClick={() => onMore(next)}>
        {next >= text.length ? `Show all (${size})` : `Show more (of ${size})`}
      </Button>
    </div>
  );
}
