/** A filter that is in force: a press edits it, the cross or Delete takes it away, the arrow keys go to its neighbours. */

import { X } from 'lucide-react';
import { type KeyboardEvent, memo } from 'react';
import { dialectName } from '../ui/badge.tsx';
import { oneLine } from '../ui/untrusted.tsx';
import type { FieldName } from './fields.ts';
import styles from './filter-bar.module.css';
import type { Chip } from './filters.ts';

const SHOWN_MAX = 3;
const CHARS_MAX = 40;

export const FilterChip = memo(function FilterChip({
  chip,
  onEdit,
  onRemove,
  onLeave,
}: {
  chip: Chip;
  onEdit: (field: FieldName) => void;
  /** `isByKey`: the focus needs another place. */
  onRemove: (field: FieldName, isByKey: boolean) => void;
  /** Arrow keys, away from this chip. */
  onLeave: (field: FieldName, by: -1 | 1) => void;
}) {
  const shown = chip.values.slice(0, SHOWN_MAX).map((value) => shownValue(chip.field, value));
  const more = chip.values.length - shown.length;
  const text = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Backspace' || event.key === 'Delete') onRemove(chip.field, true);
    else if (event.key === 'ArrowLeft') onLeave(chip.field, -1);
    else if (event.key === 'ArrowRight') onLeave(chip.field, 1);
    else return;
    event.preventDefault();
  };
  return (
    <li className={styles.chip}>
      <button
        type="button"
        className={styles.chipText}
        data-chip={chip.field}
        aria-keyshortcuts="Delete"
        title={chip.values.length > 1 || text.length > CHARS_MAX ? oneLine(chip.values.join(', '), 1000) : undefined}
        onClick={() => onEdit(chip.field)}
        onKeyDown={onKeyDown}
      >
        <span className={styles.chipField}>{chip.label}</span>
        <span className={styles.chipOperator}>{chip.operator}</span>
        <bdi className={styles.chipValue}>{text}</bdi>
        <span className="visually-hidden">. Edit</span>
      </button>
      <button
        type="button"
        className={styles.chipRemove}
        // Delete does the same from the chip itself, so it is no stop of its own.
        tabIndex={-1}
        aria-label={`Remove the filter ${chip.label}`}
        onClick={() => onRemove(chip.field, false)}
      >
        <X aria-hidden="true" />
      </button>
    </li>
  );
});

export function shownValue(field: FieldName, value: string): string {
  return field === 'dialect' ? dialectName(value) : oneLine(value, CHARS_MAX);
}
