import { describe, expect, test } from 'vitest';
import { type Column, Table } from './table.ts';
import { Terminal } from './terminal.ts';
import { widthOf } from './text.ts';

interface Row {
  readonly name: string;
  readonly size: number;
  readonly id: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'name', cell: (row) => row.name, isFlexible: true },
  { title: 'size', cell: (row) => String(row.size), align: 'right', dropFirst: 1, style: () => 'red' },
  { title: 'id', cell: (row) => row.id },
];
const ROWS: readonly Row[] = [
  { name: 'a long name of something', size: 1, id: '0123456789' },
  { name: '日本', size: 22, id: 'x' },
];

function print(rows: readonly Row[], columns?: number, env: Record<string, string> = {}, isTTY = false): string[] {
  let text = '';
  const out = { isTTY, ...(columns === undefined ? {} : { columns }), write: (part: string) => (text += part) };
  new Table(new Terminal(out, out, env), COLUMNS).print(rows);
  return text.split('\n').slice(0, -1);
}

describe('a table', () => {
  test('is as wide as it needs to be in a pipe', () => {
    expect(print(ROWS)).toEqual([
      'name                      size  id',
      'a long name of something     1  0123456789',
      '日本                        22  x',
    ]);
  });

  test('cuts the name to fit', () => {
    expect(print(ROWS, 32)).toEqual([
      'name            size  id',
      'a long name o…     1  0123456789',
      '日本              22  x',
    ]);
  });

  test('leaves columns out when it must', () => {
    expect(print(ROWS, 25)).toEqual(['name           id', 'a long name …  0123456789', '日本           x']);
  });

  test.each([1, 5, 10, 15, 20, 30, 40, 80])(
    'never exceeds a terminal of %i columns by more than its least',
    (columns) => {
      for (const line of print(ROWS, columns)) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(columns, 15));
    },
  );

  test('takes the width from COLUMNS when there is no terminal', () => {
    expect(print(ROWS, undefined, { COLUMNS: '32' })).toEqual(print(ROWS, 32));
  });

  test('shows names harmlessly', () => {
    expect(print([{ name: '\x1b[2J\n', size: 1, id: 'x' }]).join('\n')).toContain('\\x1b[2J\\n');
  });

  test('has colours on a terminal only, and not with NO_COLOR', () => {
    expect(print(ROWS, 80, {}, true).join('\n')).toContain('\x1b[31m');
    expect(print(ROWS, 80, { NO_COLOR: '1' }, true).join('\n')).not.toContain('\x1b');
    expect(print(ROWS, 80, {}, false).join('\n')).not.toContain('\x1b');
  });
});
