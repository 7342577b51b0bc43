import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { describeLog, drain } from '../log.contract.ts';
import { DiskLog } from './disk-log.ts';
import { DiskLogReader } from './disk-log-reader.ts';
import { type LogFileSystem, nodeFiles } from './files.ts';
import { encodeFrame, frameHeaderBytes, plainMark } from './frame.ts';
import { listSegments, readCheckpoint, writeCheckpoint } from './segments.ts';

const directories: string[] = [];
async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-log-'));
  directories.push(directory);
  return directory;
}
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

describeLog('disk', async () => {
  const directory = await newDirectory();
  return {
    open: () => DiskLog.open(directory, { segmentBytesMax: 2000 }),
    openReader: () => DiskLogReader.open(directory),
  };
});

async function fill(directory: string, count: number): Promise<number[]> {
  const log = await DiskLog.open(directory, { segmentBytesMax: 600 });
  const positions: number[] = [];
  for (let i = 0; i < count; i += 1)
    positions.push(await log.append({ meta: '{}', body: Buffer.from(`record ${i}`), count: 1 }));
  await log.close();
  return positions;
}

async function readAll(directory: string): Promise<{ bodies: string[]; regions: number }> {
  const log = await DiskLog.open(directory);
  const reader = await DiskLogReader.open(directory);
  const bodies = (await drain(reader, log)).map((r) => Buffer.from(r.body).toString());
  await log.close();
  await reader.close();
  return { bodies, regions: reader.counters.quarantinedRegions };
}

describe('disk log', () => {
  it('continues positions after a restart and reads across segments', async () => {
    const directory = await newDirectory();
    await fill(directory, 30);
    const [next] = await fill(directory, 1);
    expect(next).toBe(30);
    expect((await listSegments(nodeFiles, directory)).length).toBeGreaterThan(2);
    expect((await readAll(directory)).bodies).toHaveLength(31);
  });

  it('never hands out a position below what the store holds', async () => {
    const directory = await newDirectory();
    const log = await DiskLog.open(directory, { positionMin: 500 });
    expect(await log.append({ meta: '{}', body: Buffer.from('a'), count: 1 })).toBe(500);
    await log.close();
  });

  it('forgets a torn tail, keeps all before it, and writes on', async () => {
    const directory = await newDirectory();
    await fill(directory, 10);
    const [last = ''] = (await listSegments(nodeFiles, directory)).slice(-1);
    const size = (await readFile(join(directory, last))).length;
    await truncate(join(directory, last), size - 3);
    const before = await readAll(directory);
    expect(before.bodies).toEqual(Array.from({ length: 9 }, (_, i) => `record ${i}`));
    expect(before.regions).toBe(1);
    await fill(directory, 1);
    expect((await readAll(directory)).bodies.at(-1)).toBe('record 0');
  });

  it('puts a damaged record aside and goes on behind it', async () => {
    const directory = await newDirectory();
    await fill(directory, 10);
    const [first = ''] = await listSegments(nodeFiles, directory);
    const bytes = await readFile(join(directory, first));
    const second = bytes.indexOf('record 1');
    bytes[second] = (bytes[second] ?? 0) ^ 0x01;
    await writeFile(join(directory, first), bytes);
    const { bodies, regions } = await readAll(directory);
    expect(bodies).toEqual(Array.from({ length: 10 }, (_, i) => `record ${i}`).filter((_, i) => i !== 1));
    expect(regions).toBe(1);
    const [kept = ''] = await readdir(join(directory, 'quarantine'));
    expect((await readFile(join(directory, 'quarantine', kept))).toString()).toContain('ecord 1');
  });

  it('loses at most the records that were hit, whatever bytes are flipped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5000), { minLength: 1, maxLength: 4 }), async (hits) => {
        const directory = await newDirectory();
        await fill(directory, 12);
        const recordBytes = frameHeaderBytes + 2 + 'record 0'.length;
        const damaged = new Set<string>();
        for (const segment of await listSegments(nodeFiles, directory)) {
          const bytes = await readFile(join(directory, segment));
          for (const hit of hits.filter((h) => h < bytes.length)) {
            bytes[hit] = (bytes[hit] ?? 0) ^ 0x10;
            damaged.add(`${segment}:${Math.floor(hit / recordBytes)}`);
          }
          await writeFile(join(directory, segment), bytes);
        }
        const { bodies } = await readAll(directory);
        // Two records have one byte more (`record 10`, `record 11`), so a hit near an edge may count for its neighbour.
        expect(bodies.length).toBeGreaterThanOrEqual(12 - damaged.size * 2);
        expect(new Set(bodies).size).toBe(bodies.length);
      }),
      { numRuns: 25, seed: 20261121 },
    );
  });

  it('releases segments that are stored and starts there next time', async () => {
    const directory = await newDirectory();
    await fill(directory, 30);
    const log = await DiskLog.open(directory);
    const reader = await DiskLogReader.open(directory);
    await drain(reader, log);
    await reader.release(25);
    expect((await listSegments(nodeFiles, directory)).length).toBeLessThan(4);
    await log.close();
    await reader.close();
    expect((await readAll(directory)).bodies).toEqual([
      'record 25',
      'record 26',
      'record 27',
      'record 28',
      'record 29',
    ]);
    expect((await DiskLog.open(directory)).head.position).toBe(30);
  });

  it('keeps names growing with their contents, also behind empty segments of writes that failed', async () => {
    const directory = await newDirectory();
    await fill(directory, 3);
    // What a full disk leaves: segments that were opened, named ahead of the end, and never written.
    for (const name of ['0000000000000005.log', '0000000000000012.log']) await writeFile(join(directory, name), '');
    const log = await DiskLog.open(directory);
    const positions: number[] = [];
    for (let i = 0; i < 10; i += 1)
      positions.push(await log.append({ meta: '{}', body: Buffer.from(`later ${i}`), count: 1 }));
    await log.close();
    expect(positions[0]).toBeGreaterThanOrEqual(12);
    const reader = await DiskLogReader.open(directory);
    await reader.release(positions[0] ?? 0);
    await reader.close();
    expect((await readAll(directory)).bodies).toEqual(positions.map((_, i) => `later ${i}`));
  });

  it('takes no damaged checkpoint for another one', async () => {
    const directory = await newDirectory();
    await writeCheckpoint(nodeFiles, directory, 1234);
    const path = join(directory, 'checkpoint.json');
    const good = await readFile(path);
    expect(await readCheckpoint(nodeFiles, directory)).toBe(1234);
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bad = Buffer.from(good);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(path, bad);
      expect([bit, await readCheckpoint(nodeFiles, directory)]).toEqual([bit, 0]);
    }
    // As versions before wrote it.
    await writeFile(path, '{"position":77}');
    expect(await readCheckpoint(nodeFiles, directory)).toBe(77);
  });

  it('keeps a segment of which the disk did not give a part, instead of deleting it', async () => {
    const directory = await newDirectory();
    await fill(directory, 30);
    const [first = ''] = await listSegments(nodeFiles, directory);
    let isBroken = true;
    const files: LogFileSystem = {
      ...nodeFiles,
      open: async (path, flags) => {
        const file = await nodeFiles.open(path, flags);
        const failed = async () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
        if (isBroken && path.endsWith(first)) file.read = failed;
        return file;
      },
    };
    const log = await DiskLog.open(directory, { files });
    const reader = await DiskLogReader.open(directory, { files });
    const records = await drain(reader, log);
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(30);
    expect(reader.counters.quarantinedRegions).toBe(1);
    isBroken = false;
    await reader.release(30);
    await reader.close();
    await log.close();
    expect(await readdir(directory)).not.toContain(first);
    expect((await readFile(join(directory, 'quarantine', first))).toString('latin1')).toContain('record 0');
  });

  it('reads no record that a body holds, when the record around it is torn', async () => {
    const directory = await newDirectory();
    const log = await DiskLog.open(directory);
    const [head, body] = encodeFrame({ meta: '{"forged":1}', body: Buffer.from('x'), count: 1 }, 1, plainMark);
    await log.append({ meta: '{}', body: Buffer.concat([head, body]), count: 1 });
    await log.append({ meta: '{}', body: Buffer.from('behind it'), count: 1 });
    await log.close();
    const [segment = ''] = await listSegments(nodeFiles, directory);
    const bytes = await readFile(join(directory, segment));
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    await writeFile(join(directory, segment), bytes);
    expect((await readAll(directory)).bodies).toEqual(['behind it']);
  });

  it('refuses, keeps nothing, and recovers alone when the disk does', async () => {
    const directory = await newDirectory();
    const log = await DiskLog.open(directory);
    await log.append({ meta: '{}', body: Buffer.from('before'), count: 1 });
    await log.close();
    await rm(directory, { recursive: true });
    await expect(log.append({ meta: '{}', body: Buffer.from('lost'), count: 1 })).rejects.toThrow(
      'the log cannot be written',
    );
    await DiskLog.open(directory);
    const position = await log.append({ meta: '{}', body: Buffer.from('after'), count: 1 });
    expect(position).toBe(2);
    await log.close();
    expect((await readAll(directory)).bodies).toEqual(['after']);
  });
});
