import { describe, expect, it } from 'vitest';
import { treeOf } from '../model/outline.test-support.ts';
import { visibleRows } from '../model/rows.ts';
import { rowAfterKey } from './tree-keys.ts';

// 0 root, 1 a (open), 2 b, 3 c (closed, with d below it), 4 e
const rows = visibleRows(treeOf({ root: { a: { b: {} }, c: { d: {} }, e: {} } }), new Set(['c']));
const press = (key: string, at: number) => rowAfterKey(key, rows, at, 3);

describe('keys in the tree', () => {
  it('go up and down and stop at the ends', () => {
    expect([press('ArrowDown', 0), press('ArrowUp', 2), press('Home', 3), press('End', 0)]).toEqual([
      ...[{ to: 1 }, { to: 1 }, { to: 0 }, { to: 4 }],
    ]);
    expect([press('ArrowUp', 0), press('ArrowDown', 4)]).toEqual([{}, {}]);
    expect([press('PageDown', 0), press('PageDown', 3), press('PageUp', 4)]).toEqual([{ to: 3 }, { to: 4 }, { to: 1 }]);
  });
  it('open what is closed, then go in', () => {
    expect([press('ArrowRight', 3), press('ArrowRight', 1), press('ArrowRight', 2)]).toEqual([
      ...[{ does: 'toggle' }, { to: 2 }, {}],
    ]);
  });
  it('close what is open, then go out', () => {
    expect([press('ArrowLeft', 1), press('ArrowLeft', 2), press('ArrowLeft', 3), press('ArrowLeft', 0)]).toEqual([
      ...[{ does: 'toggle' }, { to: 1 }, { to: 0 }, { does: 'toggle' }],
    ]);
  });
  it('choose', () => expect([press('Enter', 1), press(' ', 1)]).toEqual([{ does: 'choose' }, { does: 'choose' }]));
  it('leave other keys to the page', () => expect(press('j', 1)).toBeUndefined());
  it('do nothing without rows', () => expect(rowAfterKey('ArrowDown', [], 0, 3)).toBeUndefined());
});
