/** The input of the bar: a combobox as WAI-ARIA describes it. What its keys do is in keys.ts. */

import type { KeyboardEvent, RefObject } from 'react';
import type { TraceFilters } from './fields.ts';
import styles from './filter-bar.module.css';
import { type Chip, without } from './filters.ts';
import { type Command, commandFor, nextActive } from './keys.ts';
import { optionId } from './suggestion-list.tsx';
import type { Draft } from './use-draft.ts';

export function BarInput({
  id,
  input,
  draft,
  chips,
  filters,
  isListed,
}: {
  /** Of the list of suggestions; what describes the bar is `<id>-help`. */
  id: string;
  input: RefObject<HTMLInputElement | null>;
  draft: Draft;
  chips: readonly Chip[];
  filters: TraceFilters;
  isListed: boolean;
}) {
  const { text, active, problem } = draft;
  return (
    <input
      ref={input}
      className={styles.input}
      role="combobox"
      aria-label="Filter the traces"
      aria-autocomplete="list"
      aria-expanded={isListed}
      aria-controls={id}
      aria-activedescendant={isListed && active >= 0 ? optionId(id, active) : undefined}
      aria-describedby={`${id}-help`}
      aria-invalid={problem !== undefined}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      placeholder={chips.length === 0 ? 'Filter by status, model, cost …, or search for words' : ''}
      value={text}
      onChange={(event) => draft.write(event.target.value)}
      onClick={draft.open}
      onBlur={draft.close}
      onPaste={(event) => draft.paste(event.clipboardData.getData('text')) && event.preventDefault()}
      onKeyDown={(event) => onKeyDown(event, draft, chips, filters)}
    />
  );
}

/** The buttons of the filters in force, found by the field that they carry. */
export function chipButtons(input: HTMLElement | null): HTMLElement[] {
  return [...(input?.closest('search')?.querySelectorAll<HTMLElement>('[data-chip]') ?? [])];
}

function onKeyDown(
  event: KeyboardEvent<HTMLInputElement>,
  draft: Draft,
  chips: readonly Chip[],
  filters: TraceFilters,
): void {
  // Enter ends the composition of a character, in scripts that need one.
  if (event.nativeEvent.isComposing) return;
  const field = event.currentTarget;
  const { text, isOpen, shown, active } = draft;
  const command = commandFor(event.key, event.shiftKey, {
    ...{ text, isOpen, count: shown.length, active, isEditing: draft.edited !== undefined },
    ...{ hasChips: chips.length > 0, isAtStart: field.selectionStart === 0 && field.selectionEnd === 0 },
  });
  if (command === undefined) return;
  event.preventDefault();
  const option = shown[active];
  const last = chips.at(-1);
  const run: Readonly<Record<Command, () => void>> = {
    open: draft.open,
    next: () => draft.point(nextActive(active, 1, shown.length)),
    previous: () => draft.point(nextActive(active, -1, shown.length)),
    pick: () => option !== undefined && draft.pick(option),
    commit: () => draft.commit(text),
    complete: () => option !== undefined && draft.write(option.text, 0),
    close: draft.close,
    clear: draft.clear,
    leave: () => field.blur(),
    'drop-edited': () => draft.done(draft.base),
    'drop-last': () => last !== undefined && draft.done(without(filters, last.field)),
    'go-to-chips': () => chipButtons(field).at(-1)?.focus(),
  };
  run[command]();
}
