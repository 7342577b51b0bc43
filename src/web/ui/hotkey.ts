/** Single keys that do something on a page. Not while somebody types, and not with Ctrl, Alt or Meta. */

import { useEffect, useRef } from 'react';

export interface Hotkey {
  /** As `KeyboardEvent.key`: `j`, `ArrowDown`, `?`. */
  readonly key: string;
  /** For the list of keys that `?` shows. */
  readonly says: string;
  readonly run: (event: KeyboardEvent) => void;
}

const shown = new Map<symbol, readonly Hotkey[]>();

/** What can be pressed now, for the help. */
export function activeHotkeys(): readonly Hotkey[] {
  return [...shown.values()].flat();
}

export function useHotkeys(hotkeys: readonly Hotkey[]): void {
  const latest = useRef(hotkeys);
  latest.current = hotkeys;
  useEffect(() => {
    const id = Symbol('hotkeys');
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const found = latest.current.find(({ key }) => key === event.key);
      if (found === undefined) return;
      event.preventDefault();
      found.run(event);
    };
    shown.set(id, latest.current);
    window.addEventListener('keydown', listen);
    return () => {
      shown.delete(id);
      window.removeEventListener('keydown', listen);
    };
  }, []);
}

/** Also while a menu or a dialog is open, whose keys are its own. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('[role="menu"], [role="dialog"], [role="listbox"]') !== null)
    return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
