/** A text that this browser keeps. Other tabs that change it are heard. */

import { useCallback, useSyncExternalStore } from 'react';

const CHANGED = 'tributary-stored';

/** `null` where nothing is kept, or the browser keeps nothing for this site. */
export function useStored(name: string): readonly [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(subscribe, () => read(name));
  const write = useCallback(
    (next: string | null) => {
      try {
        if (next === null) localStorage.removeItem(name);
        else localStorage.setItem(name, next);
      } catch {
        // Full or forbidden: the page works, it just forgets.
      }
      window.dispatchEvent(new Event(CHANGED));
    },
    [name],
  );
  return [value, write];
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('storage', listener);
    window.removeEventListener(CHANGED, listener);
  };
}
