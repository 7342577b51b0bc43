/** Where a text occurs in a JSON value: in the names and in the values, whether they are open or not. */

import { scalarText } from './json-view-text.ts';

const MATCHES_MAX = 1000;
/** About half a second. */
const VISITED_MAX = 1_000_000;

/** The places of the members on the way down to a match, the last one first. */
export interface Step {
  readonly above: Step | undefined;
  readonly index: number;
}

export interface Found {
  readonly matches: readonly Step[];
  /** There may be more: not everything was looked at. */
  readonly isCut: boolean;
}

const NONE_FOUND: Found = { matches: [], isCut: false };

class Frame {
  readonly value: object;
  readonly keys: readonly string[] | undefined;
  readonly count: number;
  readonly step: Step | undefined;
  next = 0;

  constructor(value: object, step: Step | undefined) {
    this.value = value;
    this.step = step;
    this.keys = Array.isArray(value) ? undefined : Object.keys(value);
    this.count = this.keys?.length ?? (Array.isArray(value) ? value.length : 0);
  }
}

/** In the order of the text. */
export function searchJson(value: unknown, words: string): Found {
  const wanted = words.toLowerCase();
  if (wanted === '' || typeof value !== 'object' || value === null) return NONE_FOUND;
  const matches: Step[] = [];
  const open = [new Frame(value, undefined)];
  let visited = 0;
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    if (frame.next >= frame.count) {
      open.pop();
      continue;
    }
    const key = frame.keys?.[frame.next];
    const member: unknown = Reflect.get(frame.value, key ?? frame.next);
    const step = { above: frame.step, index: frame.next };
    frame.next += 1;
    visited += 1;
    if (occurs(key, member, wanted)) matches.push(step);
    if (matches.length >= MATCHES_MAX || visited >= VISITED_MAX) return { matches, isCut: true };
    if (typeof member === 'object' && member !== null) open.push(new Frame(member, step));
  }
  return { matches, isCut: false };
}

function occurs(key: string | undefined, value: unknown, wanted: string): boolean {
  if (key?.toLowerCase().includes(wanted) === true) return true;
  if (typeof value === 'string') return value.toLowerCase().includes(wanted);
  return (typeof value !== 'object' || value === null) && scalarText(value).includes(wanted);
}

/** So many characters of a text, with the first match among them. */
export function excerpt(text: string, words: string, chars: number): string {
  if (text.length <= chars) return text;
  const at = words === '' ? -1 : text.toLowerCase().indexOf(words.toLowerCase());
  const from = at + words.length <= chars ? 0 : at - Math.floor(chars / 4);
  const end = from + chars;
  return `${from > 0 ? '…' : ''}${text.slice(from, end).toWellFormed()}${end < text.length ? '…' : ''}`;
}

/** A text in pieces, every other one of which is the match. */
export function marked(text: string, words: string): readonly string[] {
  const wanted = words.toLowerCase();
  const small = text.toLowerCase();
  // Some letters are longer in lower case: then places in the one are not places in the other.
  if (wanted === '' || small.length !== text.length) return [text];
  const pieces: string[] = [];
  let from = 0;
  for (let at = small.indexOf(wanted); at !== -1; at = small.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, text.slice(from)];
}
