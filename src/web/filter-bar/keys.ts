/** What a key does in the input, by what is there at the moment. Pure; anything else is typed. */

export interface BarState {
  readonly text: string;
  readonly isOpen: boolean;
  /** Suggestions that are shown. */
  readonly count: number;
  /** The place of the active one, -1 for none. */
  readonly active: number;
  /** A filter in force is being changed. */
  readonly isEditing: boolean;
  readonly hasChips: boolean;
  /** The caret, with nothing selected. */
  readonly isAtStart: boolean;
}

export type Command =
  | 'open'
  | 'next'
  | 'previous'
  /** The active suggestion. */
  | 'pick'
  /** The text as it stands. */
  | 'commit'
  /** The active suggestion into the text, to go on typing. */
  | 'complete'
  | 'close'
  | 'clear'
  | 'leave'
  | 'drop-edited'
  | 'drop-last'
  | 'go-to-chips';

export function commandFor(key: string, isShift: boolean, state: BarState): Command | undefined {
  const { text, isOpen, count, active, isEditing, hasChips } = state;
  const isListed = isOpen && count > 0;
  const hasActive = isListed && active >= 0;
  switch (key) {
    case 'ArrowDown':
      return isOpen ? (isListed ? 'next' : undefined) : 'open';
    case 'ArrowUp':
      return isListed ? 'previous' : undefined;
    case 'Enter':
      return hasActive ? 'pick' : 'commit';
    case 'Tab':
      return hasActive && text !== '' && !isShift ? 'complete' : undefined;
    case 'Escape':
      if (isEditing || (text !== '' && !isListed)) return 'clear';
      return isListed ? 'close' : 'leave';
    case 'Backspace':
      if (text !== '') return undefined;
      return isEditing ? 'drop-edited' : hasChips ? 'drop-last' : undefined;
    case 'ArrowLeft':
      return state.isAtStart && hasChips ? 'go-to-chips' : undefined;
    default:
      return undefined;
  }
}

/** Around the end; from none to the first or the last. */
export function nextActive(active: number, by: 1 | -1, count: number): number {
  if (by === 1) return active + 1 >= count ? 0 : active + 1;
  return active <= 0 ? count - 1 : active - 1;
}
