/** What every store transport must do. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RowBinaryWriter } from './row-binary.ts';
import { migrate, STEPS } from './schema/schema.ts';
import { StoreError, type StoreReader, type StoreWriter } from './store.ts';

export function describeStore(
  name: string,
  open: () => Promise<{ writer: StoreWriter; reader: StoreReader; close(): Promise<void> }>,
): void {
  describe(`store contract: ${name}`, () => {
    let writer: StoreWriter;
    let reader: StoreReader;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ writer, reader, close } = await open());
      await migrate(writer);
    });
    afterAll(() => close());

    it('migrates twice without a change', async () => {
      await migrate(writer);
      expect(await reader.select('SELECT max(step) AS step FROM tributary.schema_steps')).toEqual([
        { step: STEPS.length },
      ]);
    });

    it('shows an insert to readers at once, byte for byte', async () => {
      await writer.command('CREATE TABLE tributary.t (a String, n UInt64) ENGINE = MergeTree ORDER BY n');
      const hostile = ['', "'; DROP TABLE tributary.t --", '\\', '\u0000', '\n\t', '😀', '{a:String}'];
      await writer.insert(
        'tributary.t',
        ['n', 'a'],
        Buffer.from(hostile.map((text, i) => JSON.stringify([i, text])).join('\n')),
      );
      expect(await reader.select('SELECT a FROM tributary.t ORDER BY n')).toEqual(hostile.map((a) => ({ a })));
      for (const [i, a] of hostile.entries()) {
        expect(await reader.select('SELECT n FROM tributary.t WHERE a = {a:String}', { a })).toEqual([{ n: i }]);
      }
      expect(
        await reader.select('SELECT count() AS n FROM tributary.t WHERE a IN {a:Array(String)}', { a: hostile }),
      ).toEqual([{ n: hostile.length }]);
    });

    it('takes RowBinary, whole and as one block', async () => {
      await writer.command(`CREATE TABLE tributary.binary (id UUID, n Int64, a String, maybe Nullable(DateTime64(6, 'UTC')),
        most SimpleAggregateFunction(max, Tuple(UInt8, Int64, Array(Int64))), few LowCardinality(String)) ENGINE = MergeTree ORDER BY n`);
      const texts = [
        '',
        'a',
        'é',
        '😀'.repeat(50),
        'x'.repeat(127),
        'x'.repeat(128),
        'é'.repeat(70),
        "\u0000\n\t\\'",
        'y'.repeat(20_000),
      ];
      const numbers = [
        0,
        -1,
        1,
        255,
        256,
        -256,
        2 ** 31,
        -(2 ** 31),
        2 ** 32,
        -(2 ** 32) - 1,
        Number.MAX_SAFE_INTEGER,
        Number.MIN_SAFE_INTEGER,
      ];
      const id = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';
      const rows = new RowBinaryWriter(1);
      const expected = numbers.flatMap((n) =>
        texts.map((a) => ({ id, n, a, maybe: n > 0 ? 1_795_000_000_000_000 : null, most: [1, n, [n]], few: 'few' })),
      );
      for (const { n, a, maybe, few } of expected) {
        rows.uuid(id);
        rows.int64(n);
        rows.text(a);
        rows.nullableInt64(maybe ?? undefined);
        rows.uint8(1);
        rows.int64(n);
        rows.int64s([n]);
        rows.text(few);
      }
      const columns = ['id', 'n', 'a', 'maybe', 'most', 'few'];
      await writer.insert('tributary.binary', columns, rows.finish());
      const found = await reader.select(
        `SELECT toString(id) AS id, n, a, toUnixTimestamp64Micro(maybe) AS maybe, most, few FROM tributary.binary`,
      );
      const sorted = (list: readonly unknown[]) => list.map((row) => JSON.stringify(row)).sort();
      expect(sorted(found)).toEqual(sorted(expected));
      const parts =
        "SELECT count() AS n FROM system.parts WHERE database = 'tributary' AND table = 'binary' AND active";
      expect(await reader.select(parts)).toEqual([{ n: 1 }]);
    });

    it('takes none of the rows when it does not understand one', async () => {
      await writer.command('CREATE TABLE tributary.whole (n UInt64, a String) ENGINE = MergeTree ORDER BY n');
      const rows = new RowBinaryWriter(1);
      for (let n = 0; n < 150_000; n += 1) {
        rows.int64(n);
        rows.text('text');
      }
      rows.int64(1);
      await expect(writer.insert('tributary.whole', ['n', 'a'], rows.finish())).rejects.toThrow(StoreError);
      expect(await reader.select('SELECT count() AS n FROM tributary.whole')).toEqual([{ n: 0 }]);
    });

    it('takes lists of any length, also with empty and hostile texts', async () => {
      const list = Array.from({ length: 20_000 }, (_, i) => `some identifier that is not short ${i}`);
      expect(await reader.select('SELECT length({list:Array(String)}) AS n', { list })).toEqual([{ n: 20_000 }]);
      for (const few of [[], [''], ['', ''], ["'", '\\', '\u0000', 'ÿ', '😀']]) {
        expect(await reader.select('SELECT {few:Array(String)} AS few', { few })).toEqual([{ few }]);
      }
    });

    it('returns whole numbers up to 2^53 - 1 as they are', async () => {
      const params = { n: Number.MAX_SAFE_INTEGER };
      expect(await reader.select('SELECT {n:UInt64} AS n', params)).toEqual([{ n: Number.MAX_SAFE_INTEGER }]);
    });

    it('answers parallel reads with their own values', async () => {
      const asked = Array.from({ length: 40 }, (_, i) => `value ${i}`);
      const answers = await Promise.all(
        asked.map((a) => reader.select<{ a: string }>('SELECT {a:String} AS a, sleep(0.005)', { a })),
      );
      expect(answers.map((rows) => rows[0]?.a)).toEqual(asked);
    });

    it('rejects with a StoreError and stays usable', async () => {
      await expect(reader.select('SELECT nonsense FROM nowhere')).rejects.toThrow(StoreError);
      await expect(writer.insert('tributary.t', ['n', 'a'], Buffer.from('["x",1]\n'))).rejects.toThrow(StoreError);
      expect(await reader.select('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });
}
