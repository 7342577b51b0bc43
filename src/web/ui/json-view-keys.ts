/** Where the arrow keys lead in a tree (WAI-ARIA, tree view pattern). */

import type { JsonRow } from './json-view-tree.ts';

export interface Move {
  readonly index: number;
  /** The row is to be opened or closed. */
  readonly isOpen?: boolean;
}

const PAGE_ROWS = 12;

export function nextPlace(key: string, rows: readonly JsonRow[], at: number): Move | undefined {
  const row = rows[at];
  if (row === undefined) return undefined;
  const to = (index: number): Move => ({ index: Math.min(rows.length - 1, Math.max(0, index)) });
  switch (key) {
    case 'ArrowDown':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - 1);
    case 'PageDown':
      return to(at + PAGE_ROWS);
    case 'PageUp':
      return to(at - PAGE_ROWS);
    case 'Home':
      return to(0);
    case 'End':
      return to(rows.length - 1);
    case 'ArrowRight':
      if (row.count === undefined) return to(at);
      return row.isOpen ? to(row.count > 0 ? at + 1 : at) : { index: at, isOpen: true };
    case 'ArrowLeft':
      if (row.isOpen) return { index: at, isOpen: false };
      return to(aboveOf(rows, at));
    default:
      return undefined;
  }
}

function aboveOf(rows: readonly JsonRow[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let index = at - 1; index >= 0; index -= 1) if ((rows[index]?.depth ?? 0) < depth) return index;
  return at;
}
