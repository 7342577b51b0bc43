/** A search in a JSON value, with steps from match to match. */

import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { TextField } from './field.tsx';
import { wholeNumber } from './format.ts';
import styles from './json-view.module.css';
import { type Step, searchJson } from './json-view-search.ts';

interface Props {
  readonly value: object;
  readonly label: string;
  readonly onSearch: (words: string) => void;
  readonly onMatch: (step: Step) => void;
}

export function JsonSearch({ value, label, onSearch, onMatch }: Props) {
  const [typed, setTyped] = useState('');
  const words = useDeferredValue(typed);
  const { matches, isCut } = useMemo(() => searchJson(value, words), [value, words]);
  const [at, setAt] = useState(0);
  const tell = useRef({ onSearch, onMatch });
  tell.current = { onSearch, onMatch };
  useEffect(() => {
    tell.current.onSearch(words);
    setAt(0);
    const [first] = matches;
    if (first !== undefined) tell.current.onMatch(first);
  }, [words, matches]);
  const step = (by: number) => {
    const next = (at + by + matches.length) % matches.length;
    const match = matches[next];
    if (match === undefined) return;
    setAt(next);
    onMatch(match);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
    if (event.key !== 'Escape' || typed === '') return;
    // It would close what is around.
    event.stopPropagation();
    setTyped('');
  };
  const count = matches.length === 0 ? 'no match' : `${at + 1} of ${wholeNumber(matches.length)}${isCut ? '+' : ''}`;
  return (
    <div className={styles.search}>
      <TextField
        isBare
        type="search"
        label={`Search in ${label}`}
        placeholder="Search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={press}
      />
      {words !== '' && (
        <>
          <span className={`${styles.matches} numbers`} role="status">
            {count}
          </span>
          <IconButton isSmall label="Previous match" icon={<ArrowUp aria-hidden="true" />} onClick={() => step(-1)} />
          <IconButton isSmall label="Next match" icon={<ArrowDown aria-hidden="true" />} onClick={() => step(1)} />
        </>
      )}
    </div>
  );
}
