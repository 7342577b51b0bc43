import { describe, expect, it } from 'vitest';
import { apiBase } from './api/client.ts';
import { isOwnPath, isPageFor, parseSearch, stringifySearch } from './search.ts';

describe('the part of the URL after ?', () => {
  it('is read as it was written, a repeated name as a list', () => {
    expect(parseSearch('?status=error&tag=a&tag=b%26c&__proto__=x')).toEqual(
      Object.fromEntries([
        ['status', 'error'],
        ['tag', ['a', 'b&c']],
        ['__proto__', 'x'],
      ]),
    );
    expect(stringifySearch({ tag: ['a', 'b&c'], none: undefined, empty: '' })).toBe('?tag=a&tag=b%26c');
  });
});

describe('where signing in may lead', () => {
  it.each(['/', '/p/x/traces?status=error', '/traces/a%2Fb'])('%j is a page of this site', (path) => {
    expect(isOwnPath(path)).toBe(true);
    expect(new URL(path, 'http://here').host).toBe('here');
  });

  it.each(['//there/x', '/\\there/x', '/\t/there', '/\n\\there', 'http://there', 'javascript:alert(1)', '', 'x'])(
    '%j is none',
    (path) => expect(isOwnPath(path)).toBe(false),
  );

  it('not to a page of another project', () => {
    expect(['/p/one', '/p/one/traces', '/p/one?range=7d', '/traces/x'].map((path) => isPageFor('one', path))).toEqual(
      Array(4).fill(true),
    );
    expect(['/p/two', '/p/onex/traces', '/p/'].map((path) => isPageFor('one', path))).toEqual(Array(3).fill(false));
  });
});

it('a project id of an address stays one part of the path', () => {
  expect(apiBase('a/api/keys?')).toBe('/p/a%2Fapi%2Fkeys%3F/api');
});
