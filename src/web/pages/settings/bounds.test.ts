import { expect, test } from 'vitest';
import { boundError, boundsOf, typedOf } from './bounds.ts';

test('what is typed becomes bounds, empty fields are left out', () => {
  const typed = { ...typedOf({ requestsPerSecond: 5 }), bodyBytes: '1 000,000', requestBurst: ' ' };
  expect(boundsOf(typed)).toEqual({ requestsPerSecond: 5, bodyBytes: 1_000_000 });
  expect(boundsOf(typedOf({}))).toEqual({});
});

test('only whole numbers above 0 are bounds', () => {
  for (const good of ['', ' ', '1', '20 000', '20,000']) expect(boundError(good)).toBeUndefined();
  for (const bad of ['0', '-1', '1.5', 'many', '1e3']) expect(boundError(bad)).toBeDefined();
});
