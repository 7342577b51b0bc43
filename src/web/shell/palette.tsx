/** `Ctrl K`: go to a page, or to a trace by its id, without the mouse. */

import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { Dialog } from '../ui/menu.tsx';
import { PAGES } from './navigation.tsx';
import styles from './palette.module.css';

interface Entry {
  readonly id: string;
  readonly label: string;
  readonly run: () => void;
}

export function Palette({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const navigate = useNavigate();
  const listId = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);

  const wanted = text.trim();
  const pages: Entry[] = PAGES.filter(({ label }) => label.toLowerCase().includes(wanted.toLowerCase())).map(
    ({ to, label }) => ({ id: to, label, run: () => void navigate({ to, params: { projectId } }) }),
  );
  const places: Entry[] =
    wanted === ''
      ? []
      : [
          {
            id: 'search',
            label: `Search traces for “${wanted.slice(0, 60)}”`,
            run: () => void navigate({ to: '/p/$projectId/traces', params: { projectId }, search: { q: wanted } }),
          },
          {
            id: 'trace',
            label: `Open the trace with the id “${wanted.slice(0, 60)}”`,
            run: () => void navigate({ to: '/p/$projectId/traces/$traceId', params: { projectId, traceId: wanted } }),
          },
        ];
  const entries = [...pages, ...places];
  const current = Math.min(chosen, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  return (
    <Dialog title="Go to" isOpen onClose={onClose}>
      <input
        className={styles.input}
        // The palette is opened to type in it.
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={entries[current] === undefined ? undefined : `${listId}-${entries[current].id}`}
        aria-label="A page, words in a trace, or the id of a trace"
        placeholder="A page, words in a trace, or the id of a trace"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setChosen((current + 1) % entries.length);
          else if (event.key === 'ArrowUp') setChosen((current - 1 + entries.length) % entries.length);
          else if (event.key === 'Enter') run(entries[current]);
          else return;
          event.preventDefault();
        }}
      />
      <div id={listId} role="listbox" aria-label="Places" className={styles.list}>
        {entries.map((entry, place) => (
          <div
            key={entry.id}
            id={`${listId}-${entry.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            className={styles.entry}
            onPointerMove={() => setChosen(place)}
            onClick={() => run(entry)}
            // Keys are those of the field above, which keeps the focus.
            onKeyDown={() => undefined}
          >
            {entry.label}
          </div>
        ))}
      </div>
    </Dialog>
  );
}
