import { describe, expect, it } from 'vitest';
import { type BarState, commandFor, nextActive } from './keys.ts';

const EMPTY: BarState = {
  ...{ text: '', isOpen: false, count: 0, active: -1, isEditing: false, hasChips: false, isAtStart: true },
};
const LISTED: BarState = { ...EMPTY, text: 'mo', isOpen: true, count: 3, isAtStart: false };

describe('keys of the filter bar', () => {
  it.each<[string, Partial<BarState>, string | undefined]>([
    ['ArrowDown', {}, 'open'],
    ['ArrowDown', LISTED, 'next'],
    ['ArrowUp', LISTED, 'previous'],
    ['ArrowUp', {}, undefined],
    ['Enter', LISTED, 'commit'],
    ['Enter', { ...LISTED, active: 1 }, 'pick'],
    ['Enter', { ...LISTED, active: 1, isOpen: false }, 'commit'],
    ['Tab', { ...LISTED, active: 0 }, 'complete'],
    ['Tab', LISTED, undefined],
    ['Tab', { ...LISTED, active: 0, text: '' }, undefined],
    ['Escape', LISTED, 'close'],
    ['Escape', { ...LISTED, isEditing: true }, 'clear'],
    ['Escape', { text: 'mo' }, 'clear'],
    ['Escape', {}, 'leave'],
    ['Backspace', LISTED, undefined],
    ['Backspace', { hasChips: true }, 'drop-last'],
    ['Backspace', { hasChips: true, isEditing: true }, 'drop-edited'],
    ['Backspace', {}, undefined],
    ['ArrowLeft', { hasChips: true }, 'go-to-chips'],
    ['ArrowLeft', { hasChips: true, isAtStart: false }, undefined],
    ['ArrowLeft', {}, undefined],
    ['x', LISTED, undefined],
  ])('%s with %j: %s', (key, state, command) => {
    expect(commandFor(key, false, { ...EMPTY, ...state })).toBe(command);
  });

  it('leave the bar backwards', () => {
    expect(commandFor('Tab', true, { ...LISTED, active: 0 })).toBeUndefined();
  });

  it('go round', () => {
    expect([nextActive(-1, 1, 3), nextActive(2, 1, 3), nextActive(-1, -1, 3), nextActive(1, -1, 3)]).toEqual([
      0, 0, 2, 0,
    ]);
  });
});
