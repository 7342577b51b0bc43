import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asArray,
  asJsonText,
  asNumber,
  asObject,
  asText,
  asTextList,
  at,
  field,
  isObject,
  type JsonValue,
} from './json.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`json.test.ts: PROPERTY_SEED=${seed}`);

const HOSTILE_KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

describe('readers tell one type from all others', () => {
  const values = [null, undefined, true, 0, 1.5, '', 'a', [], ['a'], {}, { a: 1 }];
  test.each([
    ['isObject', isObject, [{}, { a: 1 }]],
    ['asObject', (v: unknown) => asObject(v) !== undefined, [{}, { a: 1 }]],
    ['asArray', (v: unknown) => asArray(v) !== undefined, [[], ['a']]],
    ['asText', (v: unknown) => asText(v) !== undefined, ['a']],
    ['asNumber', (v: unknown) => asNumber(v) !== undefined, [0, 1.5]],
  ])('%s', (_name, accepts, expected) => {
    expect(values.filter((value) => accepts(value))).toEqual(expected);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '12', 'NaN'])('asNumber refuses %s', (value) => {
    expect(asNumber(value)).toBeUndefined();
  });
});

describe('field and at', () => {
  test.each(HOSTILE_KEYS)('%s is absent unless sent', (key) => {
    expect(field({}, key)).toBeUndefined();
    expect(at({ a: {} }, 'a', key)).toBeUndefined();
  });

  test.each(HOSTILE_KEYS)('%s is plain data when sent', (key) => {
    const sent: JsonValue = JSON.parse(`{"a": {"${key}": 7}}`);
    expect(at(sent, 'a', key)).toBe(7);
  });

  test.each([
    [{ a: { b: [1] } }, ['a', 'b'], [1]],
    [{ a: { b: null } }, ['a', 'b'], null],
    [{ a: null }, ['a', 'b'], undefined],
    [{ a: 'text' }, ['a', 'length'], undefined],
    [[1], ['0'], undefined],
    ['text', [], 'text'],
  ])('at(%j, %j)', (value: JsonValue, path, expected) => {
    expect(at(value, ...path)).toEqual(expected);
  });

  test('a path of own keys leads to the value', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), fc.jsonValue(), (path, leaf) => {
        const sent: JsonValue = JSON.parse(
          path.map((key) => `{${JSON.stringify(key)}:`).join('') + JSON.stringify(leaf) + '}'.repeat(path.length),
        );
        expect(JSON.stringify(at(sent, ...path))).toBe(JSON.stringify(leaf));
      }),
      { seed },
    );
  });
});

test.each([
  [undefined, undefined],
  [null, undefined],
  [0, '0'],
  ['', '""'],
  [false, 'false'],
  [{ a: null }, '{"a":null}'],
])('asJsonText(%j)', (value: JsonValue | undefined, expected) => {
  expect(asJsonText(value)).toBe(expected);
});

test.each([
  [undefined, []],
  [null, []],
  ['', []],
  ['a', ['a']],
  [1.5, ['1.5']],
  [
    ['a', '', 2, true, null, { b: 1 }, ['c']],
    ['a', '2', 'true'],
  ],
  [{ a: 1 }, []],
])('asTextList(%j)', (value: JsonValue | undefined, expected) => {
  expect(asTextList(value)).toEqual(expected);
});

test('no reader throws on arbitrary JSON', () => {
  const readers = [isObject, asObject, asArray, asText, asNumber, asJsonText, asTextList];
  fc.assert(
    fc.property(fc.json(), fc.array(fc.oneof(fc.string(), fc.constantFrom(...HOSTILE_KEYS))), (text, path) => {
      const value: JsonValue = JSON.parse(text);
      for (const read of readers) expect(() => read(value)).not.toThrow();
      expect(() => at(value, ...path)).not.toThrow();
    }),
    { seed },
  );
});
