/**
 * Text from events is written by strangers: names may hold escape sequences that move the cursor, set the title of the
 * window or type into the shell, and marks that turn the direction of text. None of it reaches the terminal raw.
 */

import { eastAsianWidth } from 'get-east-asian-width';

/** Controls (C0, DEL, C1), format marks (bidi, tags, invisible), separators, halves of pairs. Joiners are part of words. */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\x1b', '\\x1b'],
]);
/** Graphemes that take no column, and those that are drawn as pictures. */
const INVISIBLE = /^[\p{M}\p{Default_Ignorable_Code_Point}]+$/u;
const PICTURE = /\p{Emoji_Presentation}|\ufe0f/u;
/** One column and one UTF-16 unit each: most text, and what the tables and trees are drawn with. */
const NARROW = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2500-\u257f]*$/;
const CUT = '…';
/** Longest grapheme worth keeping, in UTF-16 units: it bounds the work on hostile text. */
const UNITS_PER_COLUMN = 16;

/** One line without anything that a terminal obeys. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (char) => SHORT.get(char) ?? escaped(char));
}

/** The same JSON, on one line, with the characters escaped that JSON allows raw and a terminal obeys. */
export function visibleJson(json: string): string {
  // Raw line ends and tabs cannot be in a string of valid JSON: they are space between its parts.
  return json.replace(UNSAFE, (char) => (/[\n\r\t]/.test(char) ? ' ' : escaped(char)));
}

function escaped(char: string): string {
  return Array.from({ length: char.length }, (_, i) => unit(char.charCodeAt(i))).join('');
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/** In columns of the terminal: a wide character takes two. `text` is visible. */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment);
  return width;
}

/** Made when first needed: that takes longer than all the rest of the start. */
function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

let segmenter: Intl.Segmenter | undefined;

function graphemeWidth(grapheme: string): number {
  if (NARROW.test(grapheme)) return grapheme.length;
  if (INVISIBLE.test(grapheme)) return 0;
  return PICTURE.test(grapheme) ? 2 : eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** At most `width` columns, with an ellipsis when something is missing. */
export function cut(text: string, width: number): string {
  if (text.length <= width && NARROW.test(text)) return text;
  if (width === Number.POSITIVE_INFINITY) return text;
  const short = text.slice(0, (width + 1) * UNITS_PER_COLUMN);
  if (short.length === text.length && widthOf(text) <= width) return text;
  return fitting(short, width - 1) + CUT;
}

function fitting(text: string, width: number): string {
  let used = 0;
  let kept = '';
  for (const { segment } of graphemes(text)) {
    used += graphemeWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return kept;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Lines of at most `width` columns. Line ends in the text are kept as such, everything else is made visible. */
export function wrap(text: string, width: number): string[] {
  return text.split(/\r?\n/).flatMap((line) => wrapLine(visible(line), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  for (let rest = line; ; ) {
    if (widthOf(rest) <= width) return [...lines, rest];
    const piece = fitting(rest, width);
    const space = piece.lastIndexOf(' ');
    const end = space > piece.length / 2 ? space + 1 : Math.max(piece.length, 1);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
}
