import { expect, it } from 'vitest';
import { mayPass } from './retried.ts';

it.each([
  ['no answer from the store', undefined, 1000, true],
  ['no space left', 243, 1000, true],
  ['too many parts', 252, 1000, true],
  ['bytes that are no rows', 117, 1, false],
  ['bytes that are no UTF-8', 25, 1, false],
  ['an error nobody thought of, at first', 49, 1, true],
  ['an error nobody thought of, again and again', 49, 6, false],
])('%s', (_, code, tries, passes) => expect(mayPass(code, tries)).toBe(passes));
