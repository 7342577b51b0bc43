import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementTexts, memberText, nestingDepth } from './json-text.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`json-text.test.ts: PROPERTY_SEED=${seed}`);

const DEPTH_UNLIMITED = 1_000_000;

/** Whitespace, numbers and strings in the spellings that `JSON.stringify` never writes. */
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const numberText = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
const stringText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\\"',
        '\\\\',
        '\\/',
        '\\n',
        '\\u0022',
        '\\ud83d',
        '\\ud83d\\ude00',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '😀',
      ),
      fc.string().map((text) => JSON.stringify(text).slice(1, -1)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => `"${parts.join('')}"`);
/** Few names, in several spellings, so that duplicates are common. */
const keyText = fc.oneof(stringText, fc.constantFrom('"a"', '"\\u0061"', '"b"', '"__proto__"', '""'));

function list(items: readonly (readonly [string, string])[], open: string, close: string): string {
  return `${open}${items.map(([item, gap]) => `${gap}${item}${gap}`).join(',')}${close}`;
}

const { value: jsonText } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.oneof(numberText, stringText, fc.constantFrom('null', 'true', 'false', '[]', '{ }')),
    tie('array'),
    tie('object'),
  ),
  array: fc.array(fc.tuple(tie('value'), space), { maxLength: 5 }).map((items) => list(items, '[', ']')),
  object: fc.array(fc.tuple(keyText, tie('value'), space), { maxLength: 5 }).map((members) =>
    list(
      members.map(([key, value, gap]) => [`${key}${gap}:${gap}${value}`, gap]),
      '{',
      '}',
    ),
  ),
}));
const padded = fc.tuple(space, jsonText, space).map((parts) => parts.join(''));

describe('elementTexts', () => {
  test.each([
    ['[]', []],
    [' [ ] ', []],
    ['[1, "a,]" ,{"b":[2]}]', ['1', '"a,]"', '{"b":[2]}']],
    ['["\\\\"," \\" "]', ['"\\\\"', '" \\" "']],
    ['[1.0e0,\n-0]', ['1.0e0', '-0']],
    ['{"a":[1]}', undefined],
    ['"[1]"', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(elementTexts(text)).toEqual(expected);
  });

  test('parses to what the whole parses to, and is text of the whole', () => {
    fc.assert(
      fc.property(padded, (text) => {
        const whole: unknown = JSON.parse(text);
        const texts = elementTexts(text);
        expect(texts !== undefined).toBe(Array.isArray(whole));
        expect(texts?.map((element) => JSON.parse(element))).toEqual(Array.isArray(whole) ? whole : undefined);
        for (const element of texts ?? []) {
          expect(text).toContain(element);
          expect(element.trim()).toBe(element);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe('memberText', () => {
  test.each([
    ['{"a": 1.50 }', 'a', '1.50'],
    ['{"a":1,"a":[2 ]}', 'a', '[2 ]'],
    ['{"\\u0061":1}', 'a', '1'],
    ['{"b":{"a":1}}', 'a', undefined],
    ['{"b":"a\\":1","a":2}', 'a', '2'],
    ['{"__proto__":{"a":1}}', '__proto__', '{"a":1}'],
    ['{}', 'toString', undefined],
    ['[{"a":1}]', 'a', undefined],
  ])('%s at %s', (text, key, expected) => {
    expect(memberText(text, key)).toBe(expected);
  });

  test('parses to what the whole parses to, for every key', () => {
    fc.assert(
      fc.property(padded, (text) => {
        const whole: unknown = JSON.parse(text);
        const isObject = typeof whole === 'object' && whole !== null && !Array.isArray(whole);
        expect(memberText(text, 'surely absent')).toBeUndefined();
        for (const [key, value] of isObject ? Object.entries(whole) : []) {
          const member = memberText(text, key);
          expect(member === undefined ? 'absent' : JSON.parse(member)).toEqual(value);
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe('nestingDepth', () => {
  const depthOf = (text: string, limit = DEPTH_UNLIMITED) => nestingDepth(Buffer.from(text), limit);

  test.each([
    ['1', 0],
    ['"[[["', 0],
    ['"\\"[["', 0],
    ['[]', 1],
    ['[{"a":[]},[]]', 3],
    ['{"[":"{"}', 1],
    ['"\\\\"', 0],
  ])('%s', (text, expected) => {
    expect(depthOf(text)).toBe(expected);
  });

  test('stops at the limit and survives a body that only opens', () => {
    expect(depthOf('['.repeat(1_000_000), 512)).toBe(512);
    expect(depthOf('["', 512)).toBe(1);
  });

  function reference(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 0;
    return 1 + Math.max(0, ...Object.values(value).map(reference));
  }

  /** Objects whose duplicate keys `JSON.parse` drops would be shallower than their text. */
  const withoutDuplicates = fc
    .tuple(fc.json(), fc.nat(3))
    .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent));

  test('equals the recursive definition', () => {
    fc.assert(
      fc.property(withoutDuplicates, (text) => {
        expect(depthOf(text)).toBe(reference(JSON.parse(text)));
      }),
      { seed, numRuns: 1000 },
    );
  });

  /** Longer than what is looked at byte by byte, with quotes and backslashes at every place. */
  const longString = fc
    .array(
      fc.oneof(
        fc.constantFrom('\\"', '\\\\', '{[', ']}', 'é'),
        fc.nat(110).map((chars) => 'x'.repeat(chars)),
        fc.nat(60).map((pairs) => '\\'.repeat(2 * pairs)),
      ),
      { maxLength: 8 },
    )
    .map((parts) => `"${parts.join('')}"`);

  test('long strings end at their own quote', () => {
    fc.assert(
      fc.property(fc.array(longString, { maxLength: 4 }), (strings) => {
        const text = strings.reduceRight((inner, string) => `[${string},${inner}]`, '1');
        JSON.parse(text);
        expect(depthOf(text)).toBe(strings.length);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test('is never less than the depth of the parsed value', () => {
    fc.assert(
      fc.property(padded, (text) => {
        expect(depthOf(text)).toBeGreaterThanOrEqual(reference(JSON.parse(text)));
      }),
      { seed, numRuns: 1000 },
    );
  });
});
