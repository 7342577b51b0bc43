import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../canonical/json.ts';
import { canonicalJson, sha256Hex } from './canonical-json.ts';

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, member]) => [key, reversed(member ?? null)]);
  return Object.fromEntries(entries.reverse());
}

test('the order of keys does not matter, everything else does', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
});

test('it is JSON of the same value, whatever the keys are', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (any) => {
      // Parsed from text, as bodies are: `__proto__` is a plain key then.
      const value: JsonValue = JSON.parse(JSON.stringify(any));
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
    }),
  );
  expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
});

test('hashes are lower-case hex of 64 digits', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
