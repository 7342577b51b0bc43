/** What the input proposes. The focus stays in the input (WAI-ARIA combobox); options are chosen by its arrow keys. */

import { Check } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { wholeNumber } from '../ui/format.ts';
import { oneLine } from '../ui/untrusted.tsx';
import type { Suggestion } from './complete.ts';
import styles from './filter-bar.module.css';

export function optionId(listId: string, place: number): string {
  return `${listId}-${place}`;
}

export function SuggestionList({
  id,
  suggestions,
  active,
  isAsking,
  onPick,
  onPoint,
}: {
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  isAsking: boolean;
  onPick: (suggestion: Suggestion) => void;
  onPoint: (place: number) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-place="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div className={styles.panel} aria-busy={isAsking}>
      <div id={id} ref={list} role="listbox" aria-label="Suggestions" className={styles.options}>
        {suggestions.map((suggestion, place) => (
          <div
            key={suggestion.id}
            id={optionId(id, place)}
            data-place={place}
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            className={styles.option}
            // The input keeps the focus.
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => place !== active && onPoint(place)}
            onClick={() => onPick(suggestion)}
            onKeyDown={() => undefined}
          >
            <span className={styles.optionCheck}>
              {suggestion.isChosen === true && <Check role="img" aria-label="chosen" />}
            </span>
            <bdi className={styles.optionLabel}>{oneLine(suggestion.label, 120)}</bdi>
            {suggestion.hint !== undefined && <span className={styles.optionHint}>{suggestion.hint}</span>}
            {suggestion.count !== undefined && (
              <span className={`${styles.optionCount} numbers`}>{wholeNumber(suggestion.count)}</span>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}
