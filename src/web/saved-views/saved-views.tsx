/** The menu of views: those that come along, one's own, and what can be done with them. */

import { Bookmark, Pencil, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';
import { oneLine } from '../ui/untrusted.tsx';
import { ManageViews } from './manage-views.tsx';
import { SaveView } from './save-view.tsx';
import styles from './saved-views.module.css';
import { useViews } from './use-views.ts';
import { BUILT_IN, isOpen, type View, type ViewSearch } from './views.ts';

export function SavedViews({
  search,
  onApply,
}: {
  search: ViewSearch;
  onApply: (view: View, isBuiltIn: boolean) => void;
}) {
  const [views, setViews] = useViews();
  const [dialog, setDialog] = useState<'save' | 'manage'>();
  const entry = (view: View, isBuiltIn: boolean) => (
    <MenuItem key={view.id} onSelect={() => onApply(view, isBuiltIn)}>
      <span aria-hidden="true" className="numbers">
        {isOpen(view, search, isBuiltIn) ? '✓' : '\u2007'}
      </span>
      <bdi className={styles.name}>{oneLine(view.name)}</bdi>
      {isOpen(view, search, isBuiltIn) && <span className="visually-hidden">(open)</span>}
    </MenuItem>
  );
  const current =
    views.find((view) => isOpen(view, search, false)) ?? BUILT_IN.find((view) => isOpen(view, search, true));
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button
            isSmall
            icon={<Bookmark aria-hidden="true" />}
            aria-label={`Views${current === undefined ? '' : `: ${oneLine(current.name)}`}`}
          >
            <bdi className={styles.current}>{current === undefined ? 'Views' : oneLine(current.name)}</bdi>
          </Button>
        }
      >
        {BUILT_IN.map((view) => entry(view, true))}
        <MenuSeparator />
        <MenuLabel>Yours, kept in this browser</MenuLabel>
        {views.map((view) => entry(view, false))}
        <MenuItem icon={<Plus aria-hidden="true" />} onSelect={() => setDialog('save')}>
          Save this view…
        </MenuItem>
        {views.length > 0 && (
          <MenuItem icon={<Pencil aria-hidden="true" />} onSelect={() => setDialog('manage')}>
            Rename or delete…
          </MenuItem>
        )}
      </Menu>
      {dialog === 'save' && (
        <SaveView {...{ search, views }} onChange={setViews} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'manage' && <ManageViews views={views} onChange={setViews} onClose={() => setDialog(undefined)} />}
    </>
  );
}
