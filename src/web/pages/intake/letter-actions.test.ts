import { expect, test } from 'vitest';
import { outcomeText, targetText } from './letter-actions.ts';

test('what is acted on', () => {
  expect(targetText({ positions: [12] })).toBe('dead letter 12');
  expect(targetText({ positions: [12, 13] })).toBe('2 chosen dead letters');
  expect(targetText({ dialect: undefined })).toBe('all dead letters');
  expect(targetText({ dialect: 'lunary' })).toBe('all dead letters of lunary');
});

test('how it went', () => {
  expect(outcomeText('retry', { done: 1, failed: 0, reason: undefined })).toBe(
    '1 dead letter is in the log again; it is stored in a moment',
  );
  expect(outcomeText('discard', { done: 2, failed: 0, reason: undefined })).toBe('2 dead letters are discarded');
  expect(outcomeText('discard', { done: 2, failed: 1, reason: 'It is being retried' })).toBe(
    '2 dead letters are discarded, 1 was not: It is being retried',
  );
  expect(outcomeText('retry', { done: 0, failed: 1, reason: 'It is discarded' })).toBe(
    'Nothing was done: It is discarded',
  );
});
