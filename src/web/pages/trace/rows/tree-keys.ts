/** What keys do in a tree (WAI-ARIA Authoring Practices, tree view). */

import type { Row } from '../model/rows.ts';

export interface TreeMove {
  /** Index of the row to go to. */
  readonly to?: number;
  readonly does?: 'choose' | 'toggle' | 'open-siblings';
}

/** `undefined`: the key is not for the tree. An empty move: it is, and there is nowhere to go. */
export function rowAfterKey(
  key: string,
  rows: readonly Row[],
  current: number,
  pageRows: number,
): TreeMove | undefined {
  const row = rows[current];
  const last = rows.length - 1;
  if (row === undefined) return undefined;
  const to = (index: number): TreeMove => {
    const next = Math.max(0, Math.min(last, index));
    return next === current ? {} : { to: next };
  };
  switch (key) {
    case 'ArrowDown':
      return to(current + 1);
    case 'ArrowUp':
      return to(current - 1);
    case 'PageDown':
      return to(current + pageRows);
    case 'PageUp':
      return to(current - pageRows);
    case 'Home':
      return to(0);
    case 'End':
      return to(last);
    case 'ArrowRight':
      return row.isOpen === undefined ? {} : row.isOpen ? to(current + 1) : { does: 'toggle' };
    case 'ArrowLeft':
      return row.isOpen === true ? { does: 'toggle' } : to(parentOf(rows, current));
    case 'Enter':
    case ' ':
      return { does: 'choose' };
    case '*':
      return { does: 'open-siblings' };
    default:
      return undefined;
  }
}

/** Rows stand below their parents. */
function parentOf(rows: readonly Row[], current: number): number {
  const parent = rows[current]?.node.parent;
  if (parent === undefined) return current;
  for (let index = current - 1; index >= 0; index -= 1) if (rows[index]?.node === parent) return index;
  return current;
}
