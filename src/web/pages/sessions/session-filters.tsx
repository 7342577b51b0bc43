/** Which sessions are listed: by vendor, by user, by words that were said. All of it is in the URL. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { dialectName } from '../../ui/badge.tsx';
import { Choice, TextField } from '../../ui/field.tsx';
import styles from './sessions.module.css';
import type { Filters } from './use-sessions.ts';

const TYPING_MS = 350;
const DIALECTS = ['lunary', 'vellum', 'voker', 'weflayr', 'whyops'] as const;

export function SessionFilters() {
  const filters = useSearch({ from: '/p/$projectId/sessions' });
  const navigate = useNavigate({ from: '/p/$projectId/sessions' });
  const set = (name: keyof Filters, value: string) =>
    void navigate({
      to: '.',
      // An empty one is left out of the URL (search.ts).
      search: (before) => ({ ...before, [name]: value === '' ? undefined : value }),
      replace: true,
      resetScroll: false,
    });
  return (
    <search className={styles.filters}>
      <Typed
        label="Words"
        placeholder="Words in messages"
        value={filters.q ?? ''}
        onChange={(text) => set('q', text)}
      />
      <Typed label="User" placeholder="User id" value={filters.userId ?? ''} onChange={(text) => set('userId', text)} />
      <Choice
        isBare
        label="Vendor"
        value={filters.dialect ?? ''}
        options={[['', 'All vendors'], ...DIALECTS.map((name) => [name, dialectName(name)] as const)]}
        onChange={(name) => set('dialect', name)}
      />
    </search>
  );
}

/** Written to the URL when nobody types any more. */
function Typed({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  // The URL changed by itself: somebody went back.
  if (value !== told) {
    setTold(value);
    setTyped(value);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts the clock
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => {
      setTold(typed);
      onChange(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <TextField
      isBare
      type="search"
      label={label}
      placeholder={placeholder}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
