import { describe, expect, it } from 'vitest';
import { shownName, shownProperties } from './properties.ts';

describe('properties of a user', () => {
  it('name the person by the best of what is known', () => {
    expect(shownName({ email: 'a@b.example', name: ' ' })).toBe('a@b.example');
    expect(shownName({ name: 'Mei', email: 'a@b.example' })).toBe('Mei');
    expect(shownName({ name: { first: 'Mei' } })).toBeNull();
    expect(shownName(null)).toBeNull();
    expect(shownName({ constructor: 'x' })).toBeNull();
  });

  it('are shown as text, not more than a page holds', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`p${n}`, n]));
    expect(shownProperties(many)).toMatchObject({ leftOut: 40 });
    expect(shownProperties({ a: { b: [1] }, c: null, d: 'text' }).shown).toEqual([
      ['a', '{"b":[1]}'],
      ['c', 'null'],
      ['d', 'text'],
    ]);
    const [[, long = ''] = []] = shownProperties({ long: 'x'.repeat(1_000_000) }).shown;
    expect(long.length).toBe(501);
  });

  it('may be deeper than a stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    const [[, text = ''] = []] = shownProperties({ deep }).shown;
    expect(text.length).toBeLessThanOrEqual(501);
  });
});
