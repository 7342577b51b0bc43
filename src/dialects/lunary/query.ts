/** Query parameters: bounded, and refused with the vendor's 422 when they are not what they should be. */

import { type Outcome, ok } from '../../canonical/outcome.ts';
import { type Micros, microsFromIso } from '../../canonical/time.ts';
import { pageRowsMax } from '../../limits.ts';
import { invalid } from './write-back-body.ts';

/** Rows before a page; beyond it, a filter has to narrow the list. */
const OFFSET_MAX = 1_000_000_000;

export interface Page {
  readonly page: number;
  readonly limit: number;
  readonly offset: number;
}

/** Pages count from 0. A larger limit than a page may have gives the largest page, and the answer says so. */
export function pageOf(query: URLSearchParams, limitDefault: number): Outcome<Page> {
  const page = whole(query, 'page', 0);
  if (!page.ok) return page;
  const limit = whole(query, 'limit', limitDefault);
  if (!limit.ok) return limit;
  const rows = Math.min(limit.value, pageRowsMax);
  const offset = page.value * rows;
  return offset > OFFSET_MAX
    ? invalid(`Number must be less than or equal to ${Math.floor(OFFSET_MAX / Math.max(1, rows))} at "page"`)
    : ok({ page: page.value, limit: rows, offset });
}

/** A whole number from 0, `fallback` when it is not given; required without one. */
export function whole(query: URLSearchParams, name: string, fallback?: number): Outcome<number> {
  const text = textOf(query, name);
  if (text === undefined) return fallback === undefined ? required(name) : ok(fallback);
  return /^\d{1,9}$/.test(text) ? ok(Number(text)) : invalid(`Expected number, received string at "${name}"`);
}

/** What JavaScript's `encodeURIComponent` leaves alone, and a `+` that a caller forgot to encode. */
export function instant(query: URLSearchParams, name: string): Outcome<Micros> {
  const text = textOf(query, name);
  if (text === undefined) return required(name);
  const micros = microsFromIso(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
  return micros === undefined ? invalid(`Invalid datetime at "${name}"`) : ok(micros);
}

export function oneOf<T extends string>(query: URLSearchParams, name: string, choices: readonly T[]): Outcome<T> {
  const text = textOf(query, name);
  if (text === undefined) return required(name);
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return ok(choice);
  const expected = choices.map((candidate) => `'${candidate}'`).join(' | ');
  return invalid(`Invalid enum value. Expected ${expected}, received '${text.slice(0, 100)}' at "${name}"`);
}

/** IANA names that this machine knows. */
export function timeZone(query: URLSearchParams): Outcome<string> {
  const name = textOf(query, 'timeZone');
  if (name === undefined) return required('timeZone');
  try {
    return ok(new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone);
  } catch {
    return invalid('Invalid time zone at "timeZone"');
  }
}

export function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)?.trim();
  return text === '' ? undefined : text;
}

function required(name: string) {
  return invalid(`Required at "${name}"`);
}
