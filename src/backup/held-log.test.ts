import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../log/disk/files.ts';
import { plainMark } from '../log/disk/frame.ts';
import { segmentName, writeCheckpoint } from '../log/disk/segments.ts';
import { HeldLog, LogWentOn } from './held-log.ts';

let root: string;
let log: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tributary-held-'));
  log = root;
});
afterEach(() => rm(root, { recursive: true }));

const nameOf = (position: number) => segmentName(position, position, plainMark);
const add = (position: number) => writeFile(join(log, nameOf(position)), `from ${position}`);
const release = (position: number) => rm(join(log, nameOf(position)));

describe('a held log', () => {
  it('keeps files that are deleted, and sees those that come', async () => {
    await writeCheckpoint(nodeFiles, log, 12);
    await add(10);
    await add(20);
    const held = await HeldLog.begin(log, join(root, 'staging'));
    await add(30);
    await release(10);
    await held.hold();
    await release(20);
    await release(30);
    expect(held.checkpoint).toBe(12);
    expect(held.segments).toEqual([10, 20, 30].map(nameOf));
    for (const position of [10, 20, 30])
      expect(await readFile(join(held.directory, nameOf(position)), 'utf8')).toBe(`from ${position}`);
  });

  it('says so when files may have come and gone unseen', async () => {
    await add(10);
    const held = await HeldLog.begin(log, join(root, 'staging'));
    // 20 comes and goes between two looks; nothing of it is left but that the newest known file has gone.
    await add(30);
    await release(10);
    await expect(held.hold()).rejects.toThrow(LogWentOn);
  });
});
