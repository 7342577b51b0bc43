/** Gives the table as it is now a name. The name of an existing view replaces that view. */

import { useState } from 'react';
import { filtersOf } from '../filter-bar/filters.ts';
import { print } from '../filter-bar/language.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Dialog, DialogButtons } from '../ui/menu.tsx';
import { say } from '../ui/toast.tsx';
import { oneLine } from '../ui/untrusted.tsx';
import styles from './saved-views.module.css';
import { cleanName, NAME_CHARS_MAX, VIEWS_MAX, type View, type ViewSearch, viewSearch, withView } from './views.ts';

export function SaveView({
  search,
  views,
  onChange,
  onClose,
}: {
  search: ViewSearch;
  views: readonly View[];
  onChange: (views: readonly View[]) => void;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  const name = cleanName(typed);
  const before = views.find((view) => view.name === name);
  const isFull = before === undefined && views.length >= VIEWS_MAX;
  const filters = print(filtersOf(search));
  const save = () => {
    // Also without https, where the browser has no randomUUID.
    const id = before?.id ?? `${Date.now().toString(36)}-${views.length}`;
    onChange(withView(views, { id, name, search: viewSearch(search) }));
    say(`Saved “${name}” in this browser`);
    onClose();
  };
  return (
    <Dialog
      title="Save this view"
      text={`Filters, columns and time. It is kept in this browser. ${filters === '' ? 'No filters are in force.' : oneLine(filters, 200)}`}
      isOpen
      onClose={onClose}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (name !== '' && !isFull) save();
        }}
      >
        <TextField
          label="Name"
          value={typed}
          maxLength={NAME_CHARS_MAX}
          // The dialog is opened to type it.
          autoFocus
          hint={before === undefined ? undefined : 'A view has this name; it will be replaced.'}
          error={isFull ? `There are ${VIEWS_MAX} views already. Delete one first.` : undefined}
          onChange={(event) => setTyped(event.target.value)}
        />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name === '' || isFull}>
            {before === undefined ? 'Save' : 'Replace'}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
