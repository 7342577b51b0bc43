import { expect, it } from 'vitest';
import { statementBytesMax } from '../limits.ts';
import { bindLiterals } from '../store/chdb/literals.ts';
import { readerOf } from '../store/testing.ts';
import { selectByIds } from './select-by-ids.ts';

const SQL = 'SELECT id WHERE id IN {ids:Array(String)} AND hash IN {ids:Array(String)}';

it('asks about every id once, in statements that are not too long, whatever the ids are', async () => {
  const asked: string[] = [];
  const store = readerOf(async <Row>(sql: string, params = {}): Promise<Row[]> => {
    const { ids } = params as { ids: readonly string[] };
    expect(Buffer.byteLength(bindLiterals(sql, params))).toBeLessThan(statementBytesMax);
    asked.push(...ids);
    return ids as Row[];
  });
  // Three bytes a character, all of which have to be escaped: a body of 20 MiB can hold them.
  const ids = Array.from({ length: 7_000 }, (_, i) => `${'\u20ac'.repeat(1_000)}${i}`);
  const rows = await selectByIds<string>(store, SQL, {}, [...ids, ...ids]);
  expect(rows).toEqual(ids);
  expect(asked).toEqual(ids);
});
