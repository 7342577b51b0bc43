/** The page of limits names every bound there is, and every bound of intake has a test that reaches it. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as limits from '../src/limits.ts';

const text = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = text('docs/guide/limits.md');

it.each(Object.keys(limits))('%s is documented', (name) => expect(page).toContain(`\`${name}\``));

/** Where a bound is met: a file of tests, and the title of the test in it. */
const TESTS: Readonly<Record<string, readonly [file: string, title: string]>> = {
  bodyBytesMax: ['src/intake/read-body.test.ts', 'is bounded by its announced and by its real length'],
  bodyReadMsMax: ['src/intake/read-body.test.ts', 'ends with 408 when it does not arrive in time, however it drips'],
  bodiesInFlightBytesMax: [
    'src/intake/read-body.test.ts',
    'count until they are answered, not only until they are read',
  ],
  projectBodiesBytesMax: ['src/intake/read-body.test.ts', 'leave room for others: one owner may hold a part'],
  bodyRoomMsMax: ['src/intake/read-body.test.ts', 'wait for room, unread, until there is some or their time is over'],
  decompressionsMax: [
    'src/intake/turns.test.ts',
    'runs a few at a time, the others in the order of their coming, also after a failure',
  ],
  refusedBodyMsMax: ['src/intake/intake.test.ts', 'reads on for some seconds after a refusal, then hangs up'],
  nestingDepthMax: ['src/intake/read-body.test.ts', 'must be UTF-8 and not too deep'],
  eventsPerRequestMax: ['test/bad-transport.test.ts', 'of $name take no more than that'],
  logBacklogBytesMax: ['src/intake/intake.test.ts', 'takes no event while too much waits to be stored'],
  memoryFullShare: [
    'src/intake/memory-guard.test.ts',
    'is full above nine tenths of the memory or of the heap, until it falls',
  ],
  workingBytesMax: ['src/intake/fair-turns.test.ts', 'goes on at once, up to the bound of memory'],
  fairShareBytesMax: [
    'src/intake/fair-turns.test.ts',
    'a flood begins one slice in each turn of the event loop, and holds at most its share',
  ],
  fairSliceBytesMax: [
    'src/intake/fair-turns.test.ts',
    'a flood begins one slice in each turn of the event loop, and holds at most its share',
  ],
  largeBodyBytesMin: ['test/limit-large.test.ts', 'is answered the same, and stored the same'],
  requestsPerSecondDefault: [
    'test/limit-rates.test.ts',
    'an admin sets less for the own project, an operator more for any',
  ],
  requestBurstDefault: [
    'src/intake/rate-limits.test.ts',
    'are let in up to the burst, then at the rate, each second again',
  ],
  bytesPerSecondDefault: [
    'src/intake/rate-limits.test.ts',
    'let a large body in, and nothing more until it is paid for',
  ],
  requestsInFlightDefault: ['test/limit-rates.test.ts', 'of a project are bounded, also those whose bodies only begin'],
  raisedBoundMax: ['test/limit-rates.test.ts', 'refuses %j, of everybody'],
  rateCountersMax: [
    'src/intake/rate-limits.test.ts',
    'are bounded; who has requests in flight, or sends much, is not forgotten',
  ],
  connectionsMax: ['src/http/connections.test.ts', 'are bounded in all'],
  connectionsPerAddressMax: [
    'src/http/connections.test.ts',
    'beyond the bound of an address are told so and ended; other addresses still get in',
  ],
  headerBytesMax: ['src/http/connections.test.ts', '%s is told so in plain words'],
  headersReadMsMax: [
    'src/http/connections.test.ts',
    'that send their headers a byte at a time, or nothing, are ended, and meanwhile others are answered',
  ],
  refusedBodyBytesMax: [
    'src/intake/refused-requests.test.ts',
    'holds no credential, wherever it stands, and the beginning of the body only',
  ],
  refusedRequestsPerProjectMax: ['src/intake/refused-requests.test.ts', 'is bounded in requests and projects'],
  refusedRequestProjectsMax: ['src/intake/refused-requests.test.ts', 'is bounded in requests and projects'],
};

/** The bounds that the files of a folder, or one file, import. */
function boundsOf(path: string): string[] {
  const files = path.endsWith('.ts')
    ? [path]
    : readdirSync(new URL(`../${path}`, import.meta.url))
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
        .map((name) => `${path}/${name}`);
  return files.flatMap((file) => {
    const names = /import \{([^}]*)\} from '\.\.\/limits\.ts'/.exec(text(file))?.[1] ?? '';
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => Object.hasOwn(limits, name));
  });
}

describe('bounds of intake', () => {
  const used = ['src/intake', 'src/http', 'src/registry/limits.ts', 'src/query/limits.ts'].flatMap(boundsOf);

  it('each have a test that is named here', () => {
    expect(Object.keys(TESTS).sort()).toEqual([...new Set(used)].sort());
  });

  it.each(Object.entries(TESTS))('%s: that test exists', (_, [file, title]) => {
    expect(text(file)).toMatch(new RegExp(`\\(\\s*'${escaped(title)}'`));
  });
});

function escaped(title: string): string {
  return title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
