/** Pieces that have broken somebody's program before, as JSON texts and as plain texts. */

import { EXTREME_TIMES, HOSTILE_IDS, HOSTILE_VALUES, WRONG_TIMES } from '../support/hostile.ts';
import type { Random } from './random.ts';
import words from './words.json' with { type: 'json' };

/** Names of fields and values of the five protocols. */
export const WORDS: readonly string[] = words;

export const NUMBERS: readonly string[] = [
  ...[
    '0',
    '-0',
    '-0.0',
    '1',
    '-1',
    '0.1',
    '-0.5',
    '1.5',
    '1e400',
    '-1e400',
    '1e-400',
    '1E+2',
    '5e-324',
    '1e21',
    '1e308',
  ],
  ...['9007199254740991', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775809'],
  ...[
    '18446744073709551615',
    '18446744073709551616',
    '2147483648',
    '4294967296',
    '255',
    '256',
    '65536',
    '1e15',
    '1e17',
  ],
  ...['1795239367182', '1795239367', '1795239367182000', '-62135596800000', '8640000000000000', '8640000000000001'],
  ...['123456789012345678901234567890123456789', '0.1000000000000000055511151231257827', '3.0', '100', '1000000'],
];

export const TIMES: readonly string[] = [
  ...EXTREME_TIMES,
  ...WRONG_TIMES,
  ...[
    '"2026-01-31T09:30:00"',
    '"2026-01-31T09:30:00.1234567+02:30"',
    '"2026-01-31"',
    '"2026-01-31 09:30"',
    '"2026-W05"',
  ],
  ...['"20260131T093000Z"', '"2026-1-31"', '"Sat, 31 Jan 2026 09:30:00 GMT"', '"1795239367182"', '"1795239367.182"'],
  ...['"２０２６-01-31T00:00:00Z"', '"-000001-01-01T00:00:00Z"', '"2026-01-31T09:30:00\\u0000Z"', '1795239367182.5'],
];

const TRICKS: readonly string[] = [
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"a\\ud83d"',
    '"\\ufeff"',
    '"\\ufeff{}"',
    '"\\u2028\\u2029"',
  ],
  ...[
    '"e\\u0301"',
    '"\\u202e"',
    '"\\uffff"',
    '"👩‍👩‍👧‍👦"',
    '"İ"',
    '"ﬀ"',
    '"\\u00ad"',
    '"\\u200b"',
    '"\\b\\f\\n\\r\\t\\/"',
  ],
  ...[
    '"null"',
    '"undefined"',
    '"NaN"',
    '"[object Object]"',
    '"true"',
    '"-Infinity"',
    '"0x10"',
    '"1e3"',
    '"١٢٣"',
    '"1_000"',
  ],
  ...[
    '"{\\"a\\":1}"',
    '"[1,2"',
    '"\\\\"',
    '"\\""',
    '"%00"',
    '"%zz"',
    '"%E0%A4%A"',
    '"\\r\\nX-A: b"',
    '"$&"',
    '"{project:UUID}"',
  ],
];

export const NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'toJSON', 'hasOwnProperty', 'valueOf', 'length', 'then', ''],
  ...['__defineGetter__', 'isPrototypeOf', '0', '-1', ' ', '\u0000', '\ud800', 'tributary.uuid', 'tributary.tag.x'],
];

const nested = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth);

/** Any JSON value, as text. */
export function anyValue(random: Random): string {
  switch (random.int(12)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return random.pick(TIMES);
    case 2:
      return random.pick(TRICKS);
    case 3:
      return random.pick(HOSTILE_IDS);
    case 4:
      return random.pick(HOSTILE_VALUES);
    case 5:
      return random.pick([
        'null',
        'true',
        'false',
        '[]',
        '{}',
        '[[]]',
        '[{}]',
        '{"":{}}',
        '[null]',
        '[[],[]]',
        '[[[]]]',
      ]);
    case 6:
      return JSON.stringify(random.pick(WORDS));
    case 7:
      return random.chance(0.5)
        ? nested('[', anyValueOr(random, '1'), ']', random.size(540))
        : nested('{"a":', '1', '}', random.size(540));
    case 8:
      return JSON.stringify(
        random.pick(['x', 'é', '😀', '\u0000', '\ud800', '"', '\\', ' ', '1', '.']).repeat(random.size(5000)),
      );
    case 9:
      return `[${Array.from({ length: random.size(200) }, () => random.pick(NUMBERS)).join(',')}]`;
    case 10:
      return `{${Array.from({ length: random.size(60) }, () => `${anyKey(random)}:${random.pick(TRICKS)}`).join(',')}}`;
    default:
      return JSON.stringify(anyText(random));
  }
}

function anyValueOr(random: Random, fallback: string): string {
  return random.chance(0.3) ? random.pick(NUMBERS) : fallback;
}

/** A member's name as JSON text. */
export function anyKey(random: Random): string {
  const name = random.chance(0.25) ? random.pick(NAMES) : random.pick(WORDS);
  if (!random.chance(0.1)) return JSON.stringify(name);
  // The same name, spelled with escapes.
  return `"${[...name].map((c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0').slice(-4)}`).join('')}"`;
}

/** Not JSON: what may stand in a query, a path, a header. */
export function anyText(random: Random): string {
  switch (random.int(7)) {
    case 0:
      return plain(random.pick(TRICKS));
    case 1:
      return plain(random.pick(HOSTILE_IDS));
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return plain(random.pick(TIMES));
    case 4:
      return random.pick(WORDS);
    case 5:
      return random.pick(['x', '.', ',', '%', '%25', '%2E', 'a.b', '{', '"', '\ud800', '😀']).repeat(random.size(2000));
    default:
      return Array.from({ length: random.size(8) }, () => random.pick(WORDS)).join(
        random.pick(['.', ',', ' ', '', '/', '|']),
      );
  }
}

function plain(jsonText: string): string {
  const value: unknown = JSON.parse(jsonText);
  return typeof value === 'string' ? value : jsonText;
}
