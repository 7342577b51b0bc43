/** Patterns in one text, which is a string's value, a key, a number or a parameter. */

import type { Edit } from './edits.ts';
import type { PatternRule } from './rules.ts';
import type { Work } from './work.ts';

/** Longer texts are searched by slow patterns in pieces, and others get their turn in between. */
const PIECE_CHARS = 32_768;
const NOTHING: readonly Edit[] = [];

export const isLong = (text: string): boolean => text.length > PIECE_CHARS;

/** Of a text that is not long. */
export function patternEdits(text: string, isId: boolean, work: Work): readonly Edit[] {
  let edits: Edit[] | undefined;
  for (const rule of work.patterns) {
    if (text.length < rule.pattern.charsMin || !rule.pattern.mayOccurIn(text)) continue;
    for (const { from, to } of rule.pattern.find(text)) {
      edits ??= [];
      edits.push({ from, to, text: replacement(text.slice(from, to), rule, isId, work) });
    }
  }
  return edits ?? NOTHING;
}

export function* longPatternEdits(text: string, isId: boolean, work: Work): Generator<void, readonly Edit[]> {
  const edits: Edit[] = [];
  for (const rule of work.patterns) {
    if (!rule.pattern.mayOccurIn(text)) continue;
    for (const [start, piece, ownFrom, ownTo] of piecesOf(text, rule)) {
      if (work.spend(piece.length)) yield;
      for (const found of rule.pattern.find(piece)) {
        const [from, to] = [start + found.from, start + found.to];
        // What lies in the overlap alone is found with the piece whose own it is.
        if (from < ownTo && to > ownFrom)
          edits.push({ from, to, text: replacement(text.slice(from, to), rule, isId, work) });
      }
    }
  }
  return edits;
}

function replacement(value: string, rule: PatternRule, isId: boolean, work: Work): string {
  work.found(rule.name);
  return work.rules.replacement(rule, rule.pattern.canonical(value), isId);
}

/** Start and text of each piece, and which part of the whole is its own. */
function* piecesOf(text: string, { pattern }: PatternRule): Generator<readonly [number, string, number, number]> {
  const overlap = pattern.matchCharsMax;
  if (overlap === undefined) {
    yield [0, text, 0, text.length];
    return;
  }
  for (let start = 0; start < text.length; start += PIECE_CHARS) {
    const from = Math.max(0, start - overlap);
    yield [from, text.slice(from, start + PIECE_CHARS + overlap), start, start + PIECE_CHARS];
  }
}
