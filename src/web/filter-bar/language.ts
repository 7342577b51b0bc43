/**
 * Filters as text, to type and to paste: `model:gpt-4o,"my model" status:error duration>=2s refund`. What is no filter is
 * words to look for. `parse(print(filters))` gives the same filters.
 */

import { parseAmount, printAmount } from './amounts.ts';
import { type AmountField, FIELDS, type Field, fieldOf, type TraceFilters, type ValueField } from './fields.ts';
import { added } from './filters.ts';

export interface Problem {
  /** The part that is not understood. */
  readonly text: string;
  readonly message: string;
}

export interface Parsed {
  readonly filters: TraceFilters;
  readonly problems: readonly Problem[];
}

export interface Piece {
  /** Where it begins in the text. */
  readonly at: number;
  readonly text: string;
}

/** As the API has it for words and for each value. */
const CHARS_MAX = 1024;

/** Divided at what `isBoundary` says, outside of quotes. Empty pieces are left out unless `keepsEmpty`. */
function divided(text: string, isBoundary: RegExp, keepsEmpty: boolean): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let isQuoted = false;
  const cut = (end: number) => {
    if (end > at || keepsEmpty) pieces.push({ at, text: text.slice(at, end) });
    at = end + 1;
  };
  for (let place = 0; place < text.length; place += 1) {
    const character = text.charAt(place);
    if (character === '\\' && isQuoted) place += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && isBoundary.test(character)) cut(place);
  }
  cut(text.length);
  return pieces;
}

export function piecesOf(text: string): Piece[] {
  return divided(text, /\s/, false);
}

export function valuesIn(text: string): string[] {
  return divided(text, /,/, true).map((piece) => piece.text);
}

const HEAD = /^(\p{L}+)(:?(?:>=|<=|≥|≤|>|<|=)|:)/u;

export interface Head {
  readonly field: Field;
  /** `:` or a comparison. */
  readonly operator: ':' | '>=' | '<=' | '>' | '<';
  /** Until the end of the operator. */
  readonly chars: number;
}

/** `duration>=` of `duration>=2s`, where there is such a field. */
export function headOf(piece: string): Head | undefined {
  const found = HEAD.exec(piece);
  const field = fieldOf(found?.[1] ?? '');
  if (found === null || field === undefined) return undefined;
  return { field, operator: operatorOf(found[2] ?? ''), chars: found[0].length };
}

function operatorOf(typed: string): Head['operator'] {
  const sign = typed.replace(':', '').replace('≥', '>=').replace('≤', '<=');
  return sign === '>=' || sign === '<=' || sign === '>' || sign === '<' ? sign : ':';
}

/** A quote that is never closed ends with the text. */
export function unquoted(text: string): string {
  if (!text.includes('"')) return text;
  return text.replace(/\\(.)|"/gs, (_, escaped: string | undefined) => escaped ?? '');
}

/** Where it would be divided, or begins like an operator. */
export function quoted(value: string): string {
  return value === '' || /[\s",\\]|^[<>=≥≤]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;
}

export function parse(text: string): Parsed {
  let filters: TraceFilters = {};
  const problems: Problem[] = [];
  for (const piece of piecesOf(text)) {
    const head = headOf(piece.text);
    const read = head === undefined ? { q: unquoted(piece.text) } : readFilter(head, piece.text.slice(head.chars));
    if (typeof read === 'string') problems.push({ text: piece.text, message: read });
    else filters = joined(filters, read);
  }
  return { filters, problems };
}

/** Words stay in the order in which they are typed, also twice the same. */
function joined(before: TraceFilters, more: TraceFilters): TraceFilters {
  const both = added(before, more);
  const { q } = more;
  return q === undefined ? both : { ...both, q: before.q === undefined ? q : `${before.q} ${q}` };
}

/** What a filter says, or what is wrong with it. */
function readFilter({ field, operator }: Head, rest: string): TraceFilters | string {
  if (field.kind === 'amount') return readBounds(field, operator, unquoted(rest));
  if (operator !== ':') return `${field.label} has no order: say ${field.word}:…`;
  if (field.kind === 'values') return readValues(field, rest);
  const words = unquoted(rest);
  if (words === '') return `Say which words: ${field.word}:refund`;
  return words.length > CHARS_MAX ? `At most ${CHARS_MAX} characters` : { q: words };
}

function readValues(field: ValueField, rest: string): TraceFilters | string {
  const values = valuesIn(rest)
    .map(unquoted)
    .filter((value) => value !== '');
  if (values.length === 0) return `Say which ${field.word}: ${field.word}:…`;
  const known = values.map((value) => (field.only === undefined ? value : value.toLowerCase()));
  const wrong = known.find((value) => field.only?.includes(value) === false || value.length > CHARS_MAX);
  if (wrong === undefined) return { [field.name]: [...new Set(known)] };
  return field.only === undefined
    ? `At most ${CHARS_MAX} characters`
    : `${field.label} is one of ${field.only.join(', ')}`;
}

function readBounds(field: AmountField, operator: Head['operator'], rest: string): TraceFilters | string {
  const example = printAmount(field.unit, field.usual[0] ?? 1);
  if (operator === ':')
    return (
      readRange(field, rest) ??
      `Say ${field.word}>=${example}${field.max === undefined ? '' : ` or ${field.word}<=${example}`}`
    );
  const amount = parseAmount(field.unit, rest);
  if (amount === undefined) return `${field.label} is an amount such as ${example}`;
  // Bounds are included. Of whole numbers, more than 2 is at least 3.
  const step = field.unit === 'count' ? 1 : 0;
  if (operator.startsWith('>')) return { [field.min]: String(operator === '>' ? amount + step : amount) };
  if (field.max === undefined) return `${field.label} can only be at least something: ${field.word}>=${example}`;
  return { [field.max]: String(operator === '<' ? Math.max(amount - step, 0) : amount) };
}

/** `2s..10s` */
function readRange(field: AmountField, text: string): TraceFilters | undefined {
  const [from, to, ...more] = text.split('..');
  if (from === undefined || to === undefined || more.length > 0 || field.max === undefined) return undefined;
  const [min, max] = [parseAmount(field.unit, from), parseAmount(field.unit, to)];
  return min === undefined || max === undefined ? undefined : { [field.min]: String(min), [field.max]: String(max) };
}

export function print(filters: TraceFilters): string {
  return FIELDS.flatMap((field) => printed(field, filters)).join(' ');
}

function printed(field: Field, filters: TraceFilters): string[] {
  if (field.kind === 'values') {
    const values = filters[field.name] ?? [];
    return values.length === 0 ? [] : [`${field.word}:${values.map(quoted).join(',')}`];
  }
  if (field.kind === 'words') return filters.q === undefined || filters.q === '' ? [] : [printedWords(filters.q)];
  const min = filters[field.min];
  const max = field.max === undefined ? undefined : filters[field.max];
  return [
    ...(min === undefined ? [] : [`${field.word}>=${printAmount(field.unit, Number(min))}`]),
    ...(max === undefined ? [] : [`${field.word}<=${printAmount(field.unit, Number(max))}`]),
  ];
}

/** As they are, unless they would be read as something else. */
function printedWords(words: string): string {
  const isPlain = words.split(' ').every((word) => /^[^\s"\\]+$/.test(word) && headOf(word) === undefined);
  return isPlain ? words : `"${words.replace(/["\\]/g, '\\$&')}"`;
}
