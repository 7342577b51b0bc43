/** The texts themselves are run against a server by hand and as in conformance/clients; here is what must hold for all. */

import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../../intake/dialects.ts';
import { chosenSnippet, VENDORS } from './all.ts';
import { jsText, pyText, type SnippetValues, shellWord } from './snippet.ts';

const HOSTILE = `a'b"c$(touch x)\\\`d e%f`;
const VALUES: SnippetValues = { url: 'http://host:4320', projectId: 'p-1', key: 'trib_key' };
const SNIPPETS = VENDORS.flatMap(({ dialect, snippets }) => snippets.map((snippet) => ({ dialect, ...snippet })));

test('every vendor has a curl, and every id is there once', () => {
  expect(VENDORS.map(({ dialect }) => dialect).sort()).toEqual([...DIALECTS].sort());
  for (const { dialect } of VENDORS) expect(SNIPPETS.some(({ id }) => id === `${dialect}-curl`)).toBe(true);
  expect(new Set(SNIPPETS.map(({ id }) => id)).size).toBe(SNIPPETS.length);
});

test.each(SNIPPETS.map((snippet) => [snippet.id, snippet] as const))('%s has the values filled in', (_, snippet) => {
  const text = snippet
    .blocks(VALUES)
    .map((block) => block.text)
    .join('');
  expect(text).toContain(`http://host:4320/${snippet.dialect}`);
  expect(text.includes('trib_key') || text.includes('p-1')).toBe(true);
  expect(text).not.toContain('undefined');
});

test('an unknown sdk shows the first one', () => {
  expect(chosenSnippet('__proto__').snippet.id).toBe('weflayr-curl');
  expect(chosenSnippet('voker-python')).toMatchObject({ dialect: 'voker', snippet: { label: 'Python' } });
});

describe('an imported key may hold anything', () => {
  test('and is one word of a shell', () => {
    for (const text of [HOSTILE, '', 'plain-1']) {
      const said = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`]).toString();
      expect(said).toBe(text);
    }
  });

  test('and one text in code', () => {
    expect(runInNewContext(jsText(HOSTILE))).toBe(HOSTILE);
    expect(runInNewContext(pyText(HOSTILE))).toBe(HOSTILE);
  });

  test.each(SNIPPETS.filter(({ id }) => id.endsWith('-curl')).map(({ id, blocks }) => [id, blocks] as const))(
    '%s stays a command',
    (_, blocks) => {
      const [block] = blocks({ ...VALUES, key: HOSTILE });
      // Read, not run.
      execFileSync('sh', ['-n', '-c', block?.text ?? 'false']);
    },
  );
});
