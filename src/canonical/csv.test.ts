import { describe, expect, it } from 'vitest';
import { csvRow } from './csv.ts';

describe('a row of a CSV file', () => {
  it.each([
    [['a', 1, true, null, undefined], 'a,1,true,,\r\n'],
    [['a,b', 'say "x"', 'two\nlines'], '"a,b","say ""x""","two\nlines"\r\n'],
    [[{ a: [1, 'x'] }, ['t']], '"{""a"":[1,""x""]}","[""t""]"\r\n'],
    // A spreadsheet would compute these; numbers stay numbers.
    [['=1+1', '+1', '-1', '@x', '\tx'], `"'=1+1","'+1","'-1","'@x","'\tx"\r\n`],
    [[-1, -0.5], '-1,-0.5\r\n'],
  ])('%j', (values, row) => {
    expect(csvRow(values)).toBe(row);
  });
});
