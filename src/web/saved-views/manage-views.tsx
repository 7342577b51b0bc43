/** New names for views, and the end of those that nobody needs. */

import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { filtersOf } from '../filter-bar/filters.ts';
import { print } from '../filter-bar/language.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Dialog, DialogButtons } from '../ui/menu.tsx';
import { oneLine } from '../ui/untrusted.tsx';
import styles from './saved-views.module.css';
import { NAME_CHARS_MAX, renamed, type View } from './views.ts';

export function ManageViews({
  views,
  onChange,
  onClose,
}: {
  views: readonly View[];
  onChange: (views: readonly View[]) => void;
  onClose: () => void;
}) {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const left = views.filter(({ id }) => !gone.has(id));
  const isNameless = left.some(({ id, name }) => (names.get(id) ?? name).trim() === '');
  const save = () => {
    let next: readonly View[] = left;
    for (const [id, name] of names) next = renamed(next, id, name);
    onChange(next);
    onClose();
  };
  return (
    <Dialog title="Your views" text="They are kept in this browser." isOpen onClose={onClose}>
      <ul className={styles.list}>
        {left.map(({ id, name, search }) => (
          <li key={id} className={styles.row}>
            <div className={styles.field}>
              <TextField
                label={`Name of ${oneLine(name)}`}
                isBare
                maxLength={NAME_CHARS_MAX}
                value={names.get(id) ?? name}
                hint={oneLine(print(filtersOf(search)), 120) || 'No filters'}
                onChange={(event) => setNames(new Map([...names, [id, event.target.value]]))}
              />
            </div>
            <IconButton
              label={`Delete ${oneLine(name)}`}
              icon={<Trash2 aria-hidden="true" />}
              onClick={() => setGone(new Set([...gone, id]))}
            />
          </li>
        ))}
      </ul>
      {gone.size > 0 && <p role="status">{gone.size === 1 ? 'One view' : `${gone.size} views`} will be deleted.</p>}
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" disabled={isNameless} onClick={save}>
          Save
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
