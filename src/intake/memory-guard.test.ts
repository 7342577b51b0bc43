import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { detectMemoryMax } from '../memory-max.ts';
import { MemoryGuard } from './memory-guard.ts';

const GIB = 2 ** 30;

describe('the memory guard', () => {
  function guard() {
    const now = { ms: 0, residentBytes: 0, heapBytes: 0, heapBytesMax: GIB };
    let looks = 0;
    const figures = () => {
      looks += 1;
      return now;
    };
    const subject = new MemoryGuard(2 * GIB, figures, () => now.ms);
    const isFull = () => {
      now.ms += 100;
      return subject.isFull;
    };
    return { now, subject, isFull, looks: () => looks };
  }

  it('is full above nine tenths of the memory or of the heap, until it falls', () => {
    const { now, isFull } = guard();
    expect(isFull()).toBe(false);
    now.residentBytes = 1.79 * GIB;
    expect(isFull()).toBe(false);
    now.residentBytes = 1.81 * GIB;
    expect(isFull()).toBe(true);
    now.residentBytes = 1.5 * GIB;
    expect(isFull()).toBe(false);
    now.heapBytes = 0.91 * GIB;
    expect(isFull()).toBe(true);
    now.heapBytes = 0.5 * GIB;
    expect(isFull()).toBe(false);
  });

  it('looks now and then, not for every request', () => {
    const { subject, looks } = guard();
    for (let i = 0; i < 1000; i += 1) expect(subject.isFull).toBe(false);
    expect(looks()).toBe(1);
  });

  it('reads the real figures, and this process is not full', () => {
    expect(new MemoryGuard(1024 * GIB).isFull).toBe(false);
    expect(new MemoryGuard(1).isFull).toBe(true);
  });
});

describe('the memory that there is', () => {
  const machine = 8 * GIB;
  const detect = (files: Record<string, string>) => detectMemoryMax((path) => files[path], machine);

  it('is that of the machine without a container', () => {
    expect(detect({})).toBe(machine);
    expect(detect({ '/proc/self/cgroup': '12:memory:/x\n1:name=systemd:/y' })).toBe(machine);
    expect(detect({ '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/memory.max': 'max' })).toBe(machine);
    expect(detectMemoryMax()).toBeGreaterThan(0);
  });

  it('is the smallest bound of its control groups', () => {
    expect(detect({ '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/memory.max': String(GIB) })).toBe(GIB);
    expect(
      detect({
        '/proc/self/cgroup': '0::/system.slice/docker-1.scope',
        '/sys/fs/cgroup/system.slice/docker-1.scope/memory.max': 'max',
        '/sys/fs/cgroup/system.slice/memory.max': String(2 * GIB),
        '/sys/fs/cgroup/memory.max': String(16 * GIB),
      }),
    ).toBe(2 * GIB);
  });

  it('is what the operator says', () => {
    const memoryMax = (text: string) => readConfig({ TRIBUTARY_MEMORY_MAX: text }, {}).memoryMax;
    expect(readConfig({}, {}).memoryMax).toBeUndefined();
    expect(['2GiB', '2G', '2048 MiB', '2147483648', '2gb'].map(memoryMax)).toEqual(Array(5).fill(2 * GIB));
    expect(memoryMax('1.5GiB')).toBe(1.5 * GIB);
    for (const text of ['1', '512MiB', '-2GiB', 'much', '2 TiB', '0x80000000'])
      expect(() => memoryMax(text)).toThrow('1GiB');
  });
});
