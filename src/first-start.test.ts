import { expect, test } from 'vitest';
import { welcome } from './first-start.ts';

test('the first start prints a way into the dashboard, with the key where browsers send it to nobody', () => {
  const text = welcome('http://127.0.0.1:4320', { projectId: 'p', key: 'trib_a-b' });
  expect(text).toContain('  http://127.0.0.1:4320/sign-in#trib_a-b\n');
  expect(text).toMatch(/^ {2}key\s+trib_a-b$/m);
});

test('a key that the operator gave is not printed', () => {
  expect(welcome('http://127.0.0.1:4320', { projectId: 'p', key: undefined })).not.toContain('sign-in');
});
