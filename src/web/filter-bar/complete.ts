/** What could be typed next: fields, then operators where there are several, then values with their counts. Pure. */

import { parseAmount, printAmount } from './amounts.ts';
import { type AmountField, FIELDS, fieldOf, type TraceFilters, type ValueField } from './fields.ts';
import { headOf, type Piece, piecesOf, quoted, unquoted, valuesIn } from './language.ts';

export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** Of traces that have it. */
  readonly count?: number;
  /** Already among the values of its filter. */
  readonly isChosen?: boolean;
  /** What was typed, which no known value is. */
  readonly isTyped?: boolean;
  /** The whole text when it is taken. */
  readonly text: string;
  /** The filter is complete with it; otherwise there is more to type. */
  readonly isFinal: boolean;
}

/** Which values are asked for. */
export interface ValuesWanted {
  readonly field: ValueField;
  /** Part of the value. */
  readonly prefix: string;
}

export interface CountedValue {
  readonly value: string;
  readonly count: number;
}

/** The piece that is being typed: the last one, or nothing after a space. */
function lastPiece(text: string): Piece {
  const last = piecesOf(text).at(-1);
  return last !== undefined && last.at + last.text.length === text.length ? last : { at: text.length, text: '' };
}

/** Of `model:gpt-4o,cl`: the piece up to and with the last comma, and what follows. */
function lastValue(piece: string, headChars: number): { readonly upTo: string; readonly value: string } {
  const value = valuesIn(piece.slice(headChars)).at(-1) ?? '';
  return { upTo: piece.slice(0, piece.length - value.length), value };
}

export function valuesWanted(text: string): ValuesWanted | undefined {
  const piece = lastPiece(text).text;
  const head = headOf(piece);
  if (head?.field.kind !== 'values') return undefined;
  return { field: head.field, prefix: unquoted(lastValue(piece, head.chars).value) };
}

/** `found`: the values for `valuesWanted(text)`, as far as they are known. `filters`: those that are in force. */
export function suggestions(
  text: string,
  found: readonly CountedValue[],
  filters: TraceFilters,
): readonly Suggestion[] {
  const piece = lastPiece(text);
  const before = text.slice(0, piece.at);
  const head = headOf(piece.text);
  if (head === undefined) return [...operators(before, piece.text), ...fields(before, piece.text)];
  if (head.field.kind === 'values') return values(head.field, before, piece.text, head.chars, found, filters);
  if (head.field.kind === 'words') return [];
  if (head.operator === ':' && piece.text.length === head.chars) return operatorsOf(head.field, before);
  return amounts(head.field, before + piece.text.slice(0, head.chars), piece.text.slice(head.chars));
}

/** Which one Enter takes without the arrow keys. Free text is searched for, so there none is. */
export function firstActive(text: string, shown: readonly Suggestion[]): number {
  const piece = lastPiece(text).text;
  const head = headOf(piece);
  if (head === undefined || head.field.kind !== 'values') return -1;
  const typed = unquoted(lastValue(piece, head.chars).value);
  const same = shown.findIndex(({ label, isTyped }) => label === typed && isTyped !== true);
  return same === -1 ? Math.min(0, shown.length - 1) : same;
}

function fields(before: string, typed: string): Suggestion[] {
  const part = typed.toLowerCase();
  // Of an amount that is typed in full, its operators are there already.
  const fits = FIELDS.filter(({ kind, word }) => kind !== 'amount' || word !== part).filter(
    ({ word, label }) =>
      word.startsWith(part) ||
      label
        .toLowerCase()
        .split(' ')
        .some((one) => one.startsWith(part)),
  );
  return fits.map((field) => ({
    ...{ id: `field-${field.name}`, label: field.label, hint: field.hint },
    ...{ text: `${before}${field.word}${field.kind === 'amount' ? '' : ':'}`, isFinal: false },
  }));
}

/** Of `duration`: at least or at most. */
function operators(before: string, typed: string): Suggestion[] {
  const field = fieldOf(typed);
  return field?.kind === 'amount' ? operatorsOf(field, before) : [];
}

function operatorsOf(field: AmountField, before: string): Suggestion[] {
  const one = (sign: string, label: string) => ({
    ...{ id: `operator-${sign}`, label: `${field.label} ${label}`, hint: field.hint },
    ...{ text: `${before}${field.word}${sign}`, isFinal: false },
  });
  return [one('>=', '≥ at least'), ...(field.max === undefined ? [] : [one('<=', '≤ at most')])];
}

/** What is usual; once digits are there, the same digits with each unit. */
function amounts(field: AmountField, upTo: string, typed: string): Suggestion[] {
  const units = field.unit === 'ms' ? ['s', 'ms', 'm'] : field.unit === 'count' ? ['', 'k', 'M'] : [''];
  const offered =
    typed.trim() === ''
      ? field.usual
      : /[a-z]$/i.test(typed)
        ? [parseAmount(field.unit, typed)]
        : units.map((unit) => parseAmount(field.unit, `${typed}${unit}`));
  return [...new Set(offered)].flatMap((amount) => {
    if (amount === undefined) return [];
    const label = printAmount(field.unit, amount);
    return [{ id: `amount-${label}`, label, text: upTo + label, isFinal: true }];
  });
}

function values(
  field: ValueField,
  before: string,
  piece: string,
  headChars: number,
  found: readonly CountedValue[],
  filters: TraceFilters,
): Suggestion[] {
  const { upTo, value } = lastValue(piece, headChars);
  const typed = unquoted(value);
  const counts = new Map(found.map((one) => [one.value, one.count]));
  const fits = (one: string) => one.toLowerCase().includes(typed.toLowerCase());
  const listed = [...counts.keys(), ...(field.only ?? []).filter((one) => !counts.has(one))].filter(fits);
  const isFree = field.only === undefined && typed !== '' && !listed.includes(typed);
  return [...listed, ...(isFree ? [typed] : [])].map((one) => {
    const count = counts.get(one);
    return {
      ...{ id: `value-${one}`, label: one, text: `${before}${upTo}${quoted(one)}`, isFinal: true },
      ...(count === undefined ? {} : { count }),
      ...(isFree && one === typed ? { hint: 'exactly this', isTyped: true } : {}),
      isChosen: filters[field.name]?.includes(one) ?? false,
    };
  });
}
