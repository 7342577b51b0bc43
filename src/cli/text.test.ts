import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, padEnd, visible, visibleJson, widthOf, wrap } from './text.ts';

/** Everything that a terminal might obey, or that turns or hides text. */
const OBEYED = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Quicker to set up than the string arbitraries, and with halves of pairs. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x2ff }), fc.integer({ min: 0, max: 0x10ffff })), { maxLength: 40 })
  .map((codes) => String.fromCodePoint(...codes));

describe('text on the terminal', () => {
  test.each([
    ['\x1b[31mred', '\\x1b[31mred'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\u0007'],
    ['8 bit \x9b2J', '8 bit \\u009b2J'],
    ['over\rwritten\nnext\ttab', 'over\\rwritten\\nnext\\ttab'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\u{e0041}', '\\udb40\\udc41'],
    ['\ud800', '\\ud800'],
    ['日本 👩‍👩‍👧 é ä', '日本 👩‍👩‍👧 é ä'],
  ])('%j becomes %j', (text, expected) => expect(visible(text)).toBe(expected));

  test('nothing that a terminal obeys is left', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text)).not.toMatch(OBEYED);
        for (const line of wrap(text, 20)) expect(line).not.toMatch(OBEYED);
      }),
    );
  });

  test('JSON keeps its meaning', () => {
    fc.assert(
      fc.property(fc.array(anyText), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const shown = visibleJson(JSON.stringify(value, null, space));
        expect(shown).not.toMatch(OBEYED);
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test.each([
    ['日本語', 6],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['\u200d', 0],
    ['plain', 5],
  ])('%j takes %i columns', (text, width) => expect(widthOf(text)).toBe(width));

  test('is cut at the width, between characters', () => {
    expect(cut('abcdef', 6)).toBe('abcdef');
    expect(cut('abcdef', 5)).toBe('abcd…');
    expect(cut('日本語日本語', 6)).toBe('日本…');
    expect(cut('日本語', 6)).toBe('日本語');
    expect(padEnd('日', 4)).toBe('日  ');
  });

  test('never becomes wider than it may', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(widthOf(cut(visible(text), width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('a flood of combining marks is bounded', () => {
    expect(cut(`a${'\u0301'.repeat(1_000_000)}`, 10).length).toBeLessThan(1000);
  });

  test('is wrapped at spaces, else anywhere', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('a\n\nb', 4)).toEqual(['a', '', 'b']);
  });
});
