import { describe, expect, it } from 'vitest';
import { oneLine, safeUrl, visibleText } from './untrusted.tsx';

describe('text of strangers', () => {
  it.each([
    ['abc\u202egnp.exe', 'abc\\u202egnp.exe'],
    ['a\u061cb\u2066c\u2069', 'a\\u061cb\\u2066c\\u2069'],
    ['hi\u{e0049}\u{e0067}', 'hi\\u{e0049}\\u{e0067}'],
    ['nul\u0000 esc\u001b[31m', 'nul\\u0000 esc\\u001b[31m'],
    ['line\r\nbreak\rand\ttab', 'line\nbreak\nand\ttab'],
    // A family, a flag, Persian with a joiner, an accent of its own.
    ['👩‍👩‍👧 🇩🇪 می‌خواهم e\u0301', '👩‍👩‍👧 🇩🇪 می‌خواهم e\u0301'],
  ])('%j is shown as %j', (text, shown) => expect(visibleText(text)).toBe(shown));

  it('is cut to a line, between characters', () => {
    expect(oneLine('a\n\n b', 10)).toBe('a b');
    expect(oneLine('12345😀', 6)).toBe('12345\ufffd…');
  });

  it.each(['javascript:alert(1)', ' https://x', 'data:text/html,x', '//x', 'https:x', 'http://', 'ftp://x'])(
    '%j is no link',
    (text) => expect(safeUrl(text)).toBeUndefined(),
  );

  it('links to the web are', () => expect(safeUrl('https://example.com/a b')).toBe('https://example.com/a%20b'));
});
