import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindLiterals } from './literals.ts';

describe('bindLiterals', () => {
  it.each([
    [{ a: 'x' }, "SELECT CAST(unhex('78'), 'String')"],
    [{ a: ["'", '\\', ''] }, "SELECT ['\\x27','\\x5c','']"],
    [{ a: [] }, "SELECT CAST([], 'String')"],
    [{ a: [1, 2] }, "SELECT CAST([1,2], 'String')"],
    [{ a: 12.5 }, "SELECT CAST(12.5, 'String')"],
  ])('%o', (params, sql) => expect(bindLiterals('SELECT {a:String}', params)).toBe(sql));

  it('refuses a placeholder without a value, also one named like an inherited property', () => {
    expect(() => bindLiterals('{a:String}', {})).toThrow('parameter a');
    expect(() => bindLiterals('{constructor:String}', {})).toThrow('parameter constructor');
    expect(() => bindLiterals('{a:Float64}', { a: Number.NaN })).toThrow('finite');
  });

  it('lets no text out of its literal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bindLiterals('{a:String}', { a: text })).toMatch(/^CAST\(unhex\('[0-9a-f]*'\), 'String'\)$/);
      }),
      { seed: 20261121 },
    );
  });
});
