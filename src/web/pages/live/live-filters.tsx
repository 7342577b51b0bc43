/** Vendor, type and trace are asked of the server; words are looked for here. All of it is in the URL. */

import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { LiveSearch } from '../../router.tsx';
import { dialectName } from '../../ui/badge.tsx';
import { Choice, TextField } from '../../ui/field.tsx';
import { DIALECTS } from '../intake/dialects.ts';
import styles from './live.module.css';

/** After the last key: a stream for each letter would be one too many. */
const TYPED_MS = 400;

export function LiveFilters() {
  const search = useSearch({ from: '/p/$projectId/live' });
  const navigate = useNavigate({ from: '/p/$projectId/live' });
  const set = (next: LiveSearch) =>
    void navigate({ to: '.', replace: true, search: (before) => ({ ...before, ...next }) });
  return (
    <div className={styles.filters}>
      <Choice
        label="Vendor"
        value={search.dialect ?? ''}
        options={[['', 'All'], ...DIALECTS.map((one) => [one, dialectName(one)] as const)]}
        onChange={(dialect) => set({ dialect: dialect === '' ? undefined : dialect })}
      />
      <Typed label="Type" value={search.type} placeholder="start" onChange={(type) => set({ type })} />
      <Typed label="Trace id" value={search.traceId} onChange={(traceId) => set({ traceId })} />
      <Typed label="Words" value={search.q} placeholder="in what is shown" onChange={(q) => set({ q })} />
    </div>
  );
}

function Typed({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: string | undefined;
  placeholder?: string;
  onChange: (text: string | undefined) => void;
}) {
  const [text, setText] = useState(value ?? '');
  // A link or the way back changes what is in the URL.
  useEffect(() => setText(value ?? ''), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the clock
  useEffect(() => {
    const wanted = text.trim() === '' ? undefined : text.trim();
    if (wanted === value) return;
    const timer = setTimeout(() => onChange(wanted), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextField
      label={label}
      value={text}
      {...(placeholder === undefined ? {} : { placeholder })}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
