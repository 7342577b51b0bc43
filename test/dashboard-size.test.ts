/** What a browser loads before it shows the first page, and what it must not load with it. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const ASSETS = fileURLToPath(new URL('../dist/web/assets', import.meta.url));
const FIRST_PAGE_BYTES_MAX = 250_000;

const files = readdirSync(ASSETS).filter((name) => !/\.(br|gz)$/.test(name));
const textOf = (name: string) => readFileSync(`${ASSETS}/${name}`, 'utf8');
const bytesOf = (name: string) =>
  name.endsWith('.woff2') ? readFileSync(`${ASSETS}/${name}`).length : gzipSync(textOf(name), { level: 9 }).length;

/** With all that it imports statically, and the styles that come along. */
function loadedWith(names: readonly string[]): Set<string> {
  const loaded = new Set(names);
  for (const name of loaded) {
    if (!name.endsWith('.js')) continue;
    for (const [, imported = ''] of textOf(name).matchAll(
      /(?:^|[;}])import\s*(?:[^'"()]*?from\s*)?["']\.\/([^"']+)["']/g,
    ))
      loaded.add(imported);
  }
  return loaded;
}

const document = readFileSync(fileURLToPath(new URL('../dist/web/index.html', import.meta.url)), 'utf8');
const linked = [...document.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
const chunkOf = (page: string) => files.find((name) => name.startsWith(`${page}-`) && name.endsWith('.js')) ?? '';

describe('the first page', () => {
  const loaded = loadedWith([
    ...linked,
    chunkOf('overview'),
    ...files.filter((name) => /^overview-.*\.css$/.test(name)),
  ]);
  const font = files.filter((name) => name.endsWith('.woff2'));

  it(`takes at most ${FIRST_PAGE_BYTES_MAX / 1000} kB, compressed, with its font`, () => {
    expect(linked.length).toBeGreaterThan(1);
    expect(chunkOf('overview')).not.toBe('');
    const bytes = [...loaded, ...font].map(bytesOf).reduce((sum, one) => sum + one, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThanOrEqual(FIRST_PAGE_BYTES_MAX);
  });

  it.each([
    ['charts', /uPlot|u-over/],
    ['the graph', /react-flow__|org\.eclipse\.elk/],
    ['Markdown', /mdast|micromark/],
  ])('does not load %s', (_, sign) => {
    expect(files.filter((name) => name.endsWith('.js') && sign.test(textOf(name))).length).toBeGreaterThan(0);
    expect([...loaded].filter((name) => name.endsWith('.js') && sign.test(textOf(name)))).toEqual([]);
  });
});
