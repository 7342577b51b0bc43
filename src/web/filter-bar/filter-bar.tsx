/**
 * One line that says which traces are wanted: chips for the filters in force, and an input that completes fields, operators
 * and values.
 */

import { Search, X } from 'lucide-react';
import { memo, type RefObject, useCallback, useId, useRef } from 'react';
import { IconButton } from '../ui/button.tsx';
import { useHotkeys } from '../ui/hotkey.ts';
import { BarInput, chipButtons } from './bar-input.tsx';
import { FilterChip } from './chip.tsx';
import type { FieldName, TraceFilters } from './fields.ts';
import styles from './filter-bar.module.css';
import { type Chip, chipsOf, hasFilters, without } from './filters.ts';
import { SuggestionList } from './suggestion-list.tsx';
import { type Draft, useDraft } from './use-draft.ts';

export const FilterBar = memo(function FilterBar({
  filters,
  onChange,
}: {
  filters: TraceFilters;
  onChange: (filters: TraceFilters) => void;
}) {
  const draft = useDraft(filters, onChange);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const { text, shown, active, problem, error } = draft;
  const isListed = draft.isOpen && shown.length > 0;
  const chips = chipsOf(filters).filter(({ field }) => field !== draft.edited);
  const focus = () => input.current?.focus();
  useHotkeys([{ key: '/', says: 'Filter the traces', run: () => [focus(), draft.open()] }]);
  return (
    <search className={styles.bar}>
      <div className={`${styles.box} ${problem === undefined ? '' : styles.wrong}`}>
        <Search aria-hidden="true" className={styles.icon} />
        <Chips {...{ chips, filters, draft, input, onChange }} />
        <BarInput {...{ id, input, draft, chips, filters, isListed }} />
        {(hasFilters(filters) || text !== '') && (
          <IconButton
            isSmall
            label="Remove all filters"
            icon={<X aria-hidden="true" />}
            onClick={() => draft.done({})}
          />
        )}
      </div>
      <p id={`${id}-help`} className="visually-hidden">
        Type a field, then its value. Enter without a field searches inputs and outputs. The left arrow goes to the
        filters in force.
      </p>
      {isListed && (
        <SuggestionList
          {...{ id, suggestions: shown, active, isAsking: draft.isAsking, onPoint: draft.point }}
          onPick={(suggestion) => {
            draft.pick(suggestion);
            focus();
          }}
        />
      )}
      <p role="status" className={problem === undefined && error === null ? 'visually-hidden' : styles.problem}>
        {problem ?? (error !== null ? 'The values could not be read' : isListed ? `${shown.length} suggestions` : '')}
      </p>
    </search>
  );
});

/** The filters in force. Their buttons are found by the field that they carry, for the arrow keys. */
function Chips({
  chips,
  filters,
  draft,
  input,
  onChange,
}: {
  chips: readonly Chip[];
  filters: TraceFilters;
  draft: Draft;
  input: RefObject<HTMLInputElement | null>;
  onChange: (filters: TraceFilters) => void;
}) {
  const latest = useRef({ filters, draft, onChange });
  latest.current = { filters, draft, onChange };
  const edit = useCallback(
    (field: FieldName) => {
      latest.current.draft.edit(field);
      input.current?.focus();
    },
    [input],
  );
  const remove = useCallback(
    (field: FieldName, isByKey: boolean) => {
      latest.current.onChange(without(latest.current.filters, field));
      if (isByKey) input.current?.focus();
    },
    [input],
  );
  const goOn = useCallback(
    (field: FieldName, by: -1 | 1) => {
      const all = chipButtons(input.current);
      const next = all[all.findIndex((one) => one.dataset.chip === field) + by];
      if (next !== undefined) next.focus();
      else if (by === 1) input.current?.focus();
    },
    [input],
  );
  if (chips.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label="Filters in force">
      {chips.map((chip) => (
        <FilterChip key={chip.field} chip={chip} onEdit={edit} onRemove={remove} onLeave={goOn} />
      ))}
    </ul>
  );
}
