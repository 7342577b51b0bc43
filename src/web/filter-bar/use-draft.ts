/** What is being typed, and how it becomes filters. State of the bar alone: a key press paints nothing else. */

import { useMemo, useState } from 'react';
import { firstActive, type Suggestion, suggestions, valuesWanted } from './complete.ts';
import { type FieldName, fieldNamed, type TraceFilters } from './fields.ts';
import { added, hasFilters, namesOf, toggled, without } from './filters.ts';
import { parse, print } from './language.ts';
import { useValues } from './use-values.ts';

interface Typed {
  readonly text: string;
  readonly isOpen: boolean;
  /** Set by the arrow keys or the pointer; until then the first fitting one. */
  readonly active?: number;
  /** This filter is replaced by what is typed. */
  readonly edited?: FieldName;
  readonly problem?: string;
}

const EMPTY: Typed = { text: '', isOpen: false };

export type Draft = ReturnType<typeof useDraft>;

export function useDraft(filters: TraceFilters, onChange: (filters: TraceFilters) => void) {
  const [draft, setDraft] = useState(EMPTY);
  const { text, isOpen, edited } = draft;
  // What is edited does not narrow the choice of its own values.
  const base = useMemo(() => (edited === undefined ? filters : without(filters, edited)), [filters, edited]);
  const wanted = isOpen ? valuesWanted(text) : undefined;
  const { values, isAsking, error } = useValues(wanted, base);
  const shown = useMemo(() => (isOpen ? suggestions(text, values, base) : []), [isOpen, text, values, base]);
  const active = Math.min(draft.active ?? firstActive(text, shown), shown.length - 1);

  const kept = edited === undefined ? {} : { edited };
  const write = (next: string, place?: number) =>
    setDraft({ ...kept, text: next, isOpen: true, ...(place === undefined ? {} : { active: place }) });
  const done = (next: TraceFilters) => {
    setDraft(EMPTY);
    onChange(next);
  };
  const commit = (typed: string) => {
    const { filters: more, problems } = parse(typed);
    const [first] = problems;
    if (first === undefined) done(hasFilters(more) ? added(base, more) : base);
    else setDraft({ ...kept, text: typed, isOpen: false, problem: `${first.text}: ${first.message}` });
  };
  return {
    ...{ ...draft, base, shown, active, isAsking, error, write, done, commit },
    open: () => setDraft({ ...draft, isOpen: true }),
    close: () => setDraft({ ...draft, isOpen: false }),
    clear: () => setDraft(EMPTY),
    point: (place: number) => setDraft({ ...draft, active: place }),
    pick: (suggestion: Suggestion) => {
      if (!suggestion.isFinal) write(suggestion.text, 0);
      else if (suggestion.isChosen === true && wanted !== undefined)
        done(toggled(base, wanted.field.name, suggestion.label));
      else commit(suggestion.text);
    },
    edit: (field: FieldName) => setDraft({ text: print(onlyOf(filters, field)), isOpen: true, edited: field }),
    /** A whole filter is in force as soon as it is pasted; words wait for Enter, as they may be a part of something. */
    paste: (pasted: string): boolean => {
      const { filters: found, problems } = parse(pasted.replace(/\s+/g, ' ').trim());
      const isOnlyWords = Object.keys(found).every((name) => name === 'q');
      if (text !== '' || problems.length > 0 || isOnlyWords) return false;
      done(added(base, found));
      return true;
    },
  };
}

function onlyOf(filters: TraceFilters, field: FieldName): TraceFilters {
  const names = namesOf(fieldNamed(field));
  return Object.fromEntries(Object.entries(filters).filter(([name]) => names.some((one) => one === name)));
}
