import { describe, expect, test } from 'vitest';
import type { IntakeBody } from '../../../query/intake-health.ts';
import { byDialect, findings } from './health.ts';

const PROJECT: IntakeBody['project'] = { accepted: [], refused: [], deadLetters: 0 };
const SERVER: NonNullable<IntakeBody['server']> = {
  acceptedRequests: 1,
  acceptedEvents: 1,
  refusedEvents: 0,
  refused: [],
  backlogBytes: 0,
  oldestWaitingSeconds: 0,
  storeWaitingSeconds: 0,
  deadLetters: 0,
  deadLettersMax: 100_000,
  quarantinedRegions: 0,
  quarantinedBytes: 0,
  disk: { storeBytes: 1, logBytes: 1, registryBytes: 1, freeBytes: 50 * 1024 ** 3 },
};
const said = (project: Partial<IntakeBody['project']>, server: Partial<typeof SERVER> | null = {}) =>
  findings({ project: { ...PROJECT, ...project }, server: server === null ? null : { ...SERVER, ...server } });

describe('the sentence at the top', () => {
  test('of a healthy server says how far behind it is', () => {
    expect(said({})).toEqual([{ tone: 'ok', says: 'Everything that was accepted is stored; the queue is empty' }]);
    expect(said({}, { backlogBytes: 10 })[0]?.says).toContain('less than a second behind');
    expect(said({}, { backlogBytes: 10, oldestWaitingSeconds: 3 })[0]?.says).toContain('3.00 s behind');
  });

  test('claims nothing about the queue of a server that the key may not see', () => {
    expect(said({}, null)[0]?.says).toBe('Everything that was accepted in this project could be stored');
  });

  test('names the most serious first, and what to do', () => {
    const found = said({ deadLetters: 2 }, { oldestWaitingSeconds: 40, backlogBytes: 2048, quarantinedRegions: 1 });
    expect(found.map(({ tone }) => tone)).toEqual(['error', 'warn', 'warn']);
    expect(found[0]?.says).toBe('2 accepted requests could not be stored');
    expect(found.every(({ advice }) => advice !== undefined)).toBe(true);
  });

  test('a store that takes nothing stands for the queue behind it', () => {
    const found = said({}, { storeWaitingSeconds: 70, oldestWaitingSeconds: 70, backlogBytes: 1 });
    expect(found.map(({ says }) => says)).toEqual(['The store has taken nothing for 1 m 10 s']);
  });

  test('a full disk is an error', () => {
    expect(said({}, { disk: { ...SERVER.disk, freeBytes: 1024 } })[0]).toMatchObject({ tone: 'error' });
  });

  test('refused requests alone do not make it unhealthy', () => {
    const found = said({ refused: [{ dialect: 'lunary', fault: 'invalid-event', requests: 1 }] });
    expect(found.map(({ tone }) => tone)).toEqual(['ok', 'ok']);
    expect(found[1]?.says).toContain('1 request was refused');
  });
});

test('accepted and refused stand beside each other, most frequent fault first', () => {
  const rows = byDialect({
    ...PROJECT,
    accepted: [{ dialect: 'vellum', events: 7 }],
    refused: [
      { dialect: 'lunary', fault: 'malformed-json', requests: 1 },
      { dialect: 'lunary', fault: 'too-large', requests: 4 },
    ],
  });
  expect(rows).toEqual([
    {
      ...{ dialect: 'lunary', events: 0, refused: 5 },
      faults: [
        { fault: 'too-large', requests: 4 },
        { fault: 'malformed-json', requests: 1 },
      ],
    },
    { dialect: 'vellum', events: 7, refused: 0, faults: [] },
  ]);
});
