import { expect, it } from 'vitest';
import { MASK, maskedByName, withoutSecretMembers, withoutSecrets } from './masking.ts';

it.each([
  'authorization',
  'Proxy-Authorization',
  'cookie',
  'x-api-key',
  'apiKey',
  'key',
  'access_token',
  'X-Auth-Token',
  'webhook-secret',
  'private_key',
])('%s is masked', (name) => expect(maskedByName([[name, 'v']])).toEqual({ [name]: MASK }));

it.each(['idempotency-key', 'content-type', 'user-agent', 'page', 'monkey', '__proto__'])('%s is shown', (name) => {
  const shown = maskedByName([
    [name, 'v'],
    ['absent', undefined],
  ]);
  expect(Object.entries(shown)).toEqual([[name, 'v']]);
});

it('masks known secrets wherever they are, and no short words', () => {
  expect(withoutSecrets('a sk-12345 b sk-12345', ['sk-12345', 'a', ''])).toBe(`a ${MASK} b ${MASK}`);
});

it('masks members of objects by their whole name, at any depth', () => {
  const deep = { a: [{ secret: 1, tokens: 2, prompt_tokens: 3 }], apiKey: { x: 1 }, keyId: 'k', password: '' };
  expect(withoutSecretMembers(deep)).toEqual({
    ...{ a: [{ secret: MASK, tokens: 2, prompt_tokens: 3 }], apiKey: MASK, keyId: 'k', password: MASK },
  });
  const hostile = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
  expect(JSON.stringify(withoutSecretMembers(hostile))).toContain(MASK);
});
