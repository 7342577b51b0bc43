/** Numbers with a check digit: payment cards (ISO/IEC 7812, Luhn) and bank accounts (ISO 13616, IBAN). */

import type { Find, Found } from './finding.ts';

/** 13 digits and more, each after at most one space or hyphen. One way to match: linear. */
const DIGIT_RUN = /\d(?:[ -]?\d){12,}/g;
const CARD_DIGITS_MAX = 19;
const CARD_DIGITS_MIN = 13;
/** Begin of the number and the lengths that the network issues. */
const NETWORKS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:30[0-5]|36|38|39)/, [14, 16, 17, 18, 19]],
  [/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]],
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  [/^62/, [16, 17, 18, 19]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]],
];

export const findCards: Find = (text) => {
  const found: Found[] = [];
  for (const { 0: run, index } of text.matchAll(DIGIT_RUN)) {
    if (isPartOfMore(text, index, index + run.length)) continue;
    const places = [...run.matchAll(/\d/g)].map((digit) => digit.index);
    for (let first = 0; first < places.length; first += 1) {
      const count = cardDigits(run, places, first);
      if (count === 0) continue;
      const last = places[first + count - 1] ?? 0;
      found.push({ from: index + (places[first] ?? 0), to: index + last + 1 });
      first += count - 1;
    }
  }
  return found;
};

/** A piece of a decimal fraction, of a word or of a UUID is no card. */
function isPartOfMore(text: string, from: number, to: number): boolean {
  const before = text.slice(Math.max(0, from - 2), from);
  const after = text.slice(to, to + 2);
  return /[\p{L}\d]$|\d\.$|[\p{L}\d]-$/u.test(before) || /^[\p{L}\d]|^-[\p{L}\d]|^\.\d/u.test(after);
}

/** How many digits from `first` on are a card's number, 0 for none. It begins and ends with a group of digits. */
function cardDigits(run: string, places: readonly number[], first: number): number {
  const start = places[first] ?? 0;
  if (start > 0 && isDigit(run, start - 1)) return 0;
  const end = (places[first + CARD_DIGITS_MAX - 1] ?? run.length - 1) + 1;
  const digits = run.slice(start, end).replace(/\D/g, '');
  const lengths = NETWORKS.find(([begin]) => begin.test(digits))?.[1] ?? [];
  for (let count = Math.min(CARD_DIGITS_MAX, digits.length); count >= CARD_DIGITS_MIN; count -= 1) {
    const next = (places[first + count - 1] ?? 0) + 1;
    if (lengths.includes(count) && !isDigit(run, next) && hasLuhn(digits.slice(0, count))) return count;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

function hasLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 0x30;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Begins with a country and two check digits. The length is the country's, so it is looked for behind the begin. */
const IBAN_BEGIN = /(?<![\p{L}\d])[a-z]{2}\d\d(?= ?[a-z\d])/giu;
const IBAN_CHARS_MAX = 34;
/** The IBAN registry of SWIFT. */
const IBAN_LENGTHS: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST',
  26: 'IS TR',
  27: 'BI DJ FR GR IT MC MR SM',
  28: 'AL AZ BY CY DO GT HU LB NI PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU YE',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
};
const LENGTH_OF = new Map(
  Object.entries(IBAN_LENGTHS).flatMap(([length, countries]) =>
    countries.split(' ').map((country) => [country, Number(length)] as const),
  ),
);

export const findIbans: Find = (text) => {
  const found: Found[] = [];
  for (const { index } of text.matchAll(IBAN_BEGIN)) {
    const length = LENGTH_OF.get(text.slice(index, index + 2).toUpperCase());
    const to = length === undefined ? undefined : endOfGroups(text, index, length);
    if (to !== undefined && hasMod97(text.slice(index, to))) found.push({ from: index, to });
  }
  return found;
};

/** The index behind `count` letters and digits with at most one space between two; `undefined` if there are not as many. */
function endOfGroups(text: string, from: number, count: number): number | undefined {
  let at = from;
  for (let seen = 0; seen < count; seen += 1) {
    if (seen > 0 && text[at] === ' ') at += 1;
    if (!/^[a-z\d]$/i.test(text[at] ?? '')) return undefined;
    at += 1;
  }
  return /^[\p{L}\d]/u.test(text.slice(at, at + 2)) ? undefined : at;
}

function hasMod97(iban: string): boolean {
  const compact = iban.replaceAll(' ', '').toUpperCase();
  if (compact.length > IBAN_CHARS_MAX) return false;
  const rotated = compact.slice(4) + compact.slice(0, 4);
  let rest = 0;
  for (const char of rotated) rest = Number(`${rest}${Number.parseInt(char, 36)}`) % 97;
  return rest === 1;
}
