/** The guide's tables against the code that they describe. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dialects } from '../src/dialects/all.ts';
import { FAULTS, type FaultCode } from '../src/faults.ts';
import * as limits from '../src/limits.ts';

const page = (name: string) => readFileSync(new URL(`../docs/guide/${name}.md`, import.meta.url), 'utf8');

describe('errors.md', () => {
  const [head = [], ...rows] = page('errors')
    .split('\n')
    .filter((line) => /^\| (fault|`[a-z-]+`) \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const columns = head.slice(3, -1).map((vendor) => vendor.toLowerCase());

  it('has a row for every fault and a column for every vendor', () => {
    expect(rows.map(([, fault]) => fault?.replaceAll('`', '')).sort()).toEqual(Object.keys(FAULTS).sort());
    expect([...columns].sort()).toEqual(dialects.map((dialect) => dialect.name).sort());
  });

  it.each(rows.map((row) => [row[1]?.replaceAll('`', '') ?? '', row.slice(3, -1)] as const))(
    '%s: the statuses are those of the replies',
    (fault, cells) => {
      const replies = columns.map((name) => {
        const route = dialects.find((dialect) => dialect.name === name)?.routes.find(({ kind }) => kind === 'events');
        return route?.refused({ code: fault as FaultCode, message: 'x' }).status;
      });
      expect(cells.map(Number)).toEqual(replies);
    },
  );
});

describe('limits.md', () => {
  it.each(Object.keys(limits))('explains %s', (name) => expect(page('limits')).toContain(`\`${name}\``));
});
