import { expect, it } from 'vitest';
import { QueueAge } from './queue-age.ts';

it('is how long the oldest that waits has waited', () => {
  let [now, loaded] = [0, 0];
  const age = new QueueAge(
    () => loaded,
    () => now,
  );
  expect(age.seconds()).toBe(0);
  age.advanced(1);
  now = 2_000;
  age.advanced(5);
  now = 10_000;
  expect(age.seconds()).toBe(10);
  loaded = 1;
  expect(age.seconds()).toBe(8);
  loaded = 4;
  expect(age.seconds()).toBe(8);
  loaded = 5;
  expect(age.seconds()).toBe(0);
});

it('is known as long as the loader stands still, and needs little for that', () => {
  let [now, loaded] = [0, 0];
  const age = new QueueAge(
    () => loaded,
    () => now,
  );
  for (let i = 1; i <= 10_000; i += 1) {
    now = i * 1_000;
    age.advanced(i);
  }
  expect(age.seconds()).toBe(9_999);
  loaded = 999;
  expect(age.seconds()).toBe(9_000);
  // Behind the last sample all count as old as it.
  loaded = 9_999;
  expect(age.seconds()).toBe(9_000);
  loaded = 10_000;
  expect(age.seconds()).toBe(0);
});
