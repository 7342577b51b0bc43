import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { TooltipProvider } from '../ui/tooltip.tsx';
import MarkdownBody from './markdown-body.tsx';
import { isReadableMarkdown } from './markdown-guard.ts';

const drawn = (text: string) =>
  renderToStaticMarkup(createElement(TooltipProvider, null, createElement(MarkdownBody, { text })));

describe('Markdown of strangers', () => {
  test('markup stays text', () => {
    const html = drawn(
      '<img src=x onerror=alert(1)><script>alert(1)</script>\n\n<iframe src="https://a.example"></iframe>',
    );
    expect(html).not.toMatch(/<(img|script|iframe)/);
  });

  test('links only to the web, and nothing is loaded', () => {
    expect(drawn('[x](javascript:alert(1)) [y](data:text/html,x) [z](//evil.example)')).not.toContain('href');
    expect(drawn('[x](https://a.example/b)')).toContain('rel="noreferrer noopener" target="_blank"');
    const images = drawn('![cat](https://a.example/cat.png) ![d](data:image/png;base64,AAAA)');
    expect(images).not.toContain('<img');
    expect(images).toContain('Image: cat');
  });

  test('direction overrides are shown', () => {
    expect(drawn('a \u202e b')).toContain('\\u202e');
  });

  test('tables, lists, code', () => {
    const html = drawn('| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n\n```js\nlet a = "<b>";\n```');
    expect(html).toContain('<td>1</td>');
    expect(html).toContain('☑');
    expect(html).toContain('let a = &quot;&lt;b&gt;&quot;;');
  });

  /** What the parser recurses on, or takes seconds for, is shown as it is written. */
  test.each([
    ['quotes', '>'.repeat(5000)],
    ['spaced quotes', '> '.repeat(5000)],
    ['lists', '- '.repeat(5000)],
    ['brackets', '['.repeat(20_000)],
    ['links', '[a]('.repeat(5000)],
    ['emphasis', '*a **a '.repeat(2800)],
    ['ticks', '`a``'.repeat(5000)],
    ['a long line', 'x'.repeat(1_000_000)],
    ['tags', '<a'.repeat(10_000)],
    ['images', '![a'.repeat(6000)],
    ['tables', `|${'a|'.repeat(1000)}\n|${'-|'.repeat(1000)}`],
    ['lines of quotes', '> a\n'.repeat(1500)],
    ['lines of lists', Array.from({ length: 100 }, (_, i) => `${' '.repeat(i)}- a`).join('\n')],
    ['rulers', '---\n'.repeat(1500)],
  ])('%s: shown in time or as it is', (_, text) => {
    if (!isReadableMarkdown(text)) return;
    const startMs = performance.now();
    drawn(text);
    expect(performance.now() - startMs).toBeLessThan(10_000);
  });

  test('ordinary Markdown is read', () => {
    for (const text of ['- a\n  - b\n\n> q', '----------'.repeat(20), 'a * b * c _d_ [x](https://a.example)', '* * *'])
      expect(isReadableMarkdown(text)).toBe(true);
  });
});
