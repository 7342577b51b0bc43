/** What every log must do. Each implementation's test calls this with a way to open it, again and again on the same state. */

import { describe, expect, it } from 'vitest';
import type { EventLog, LogReader, LogRecord } from './log.ts';

export interface LogUnderTest {
  open(): Promise<EventLog>;
  openReader(): Promise<LogReader>;
}

const LIMITS = { eventsMax: 1000, bytesMax: 1 << 20 };

export async function drain(reader: LogReader, log: EventLog): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const more = await reader.read(log.head, LIMITS);
    if (more.length === 0) return records;
    records.push(...more);
  }
}

export function describeLog(name: string, make: () => Promise<LogUnderTest>): void {
  describe(`log contract: ${name}`, () => {
    it('reads back what was appended, in the order of the positions', async () => {
      const subject = await make();
      const log = await subject.open();
      const bodies = Array.from({ length: 200 }, (_, i) => Buffer.from(`body ${i} ${'x'.repeat(i * 7)}`));
      const positions = await Promise.all(
        bodies.map((body, i) => log.append({ meta: `{"n":${i}}`, body, count: (i % 3) + 1 })),
      );
      const records = await drain(await subject.openReader(), log);
      expect(records.map((r) => r.position)).toEqual(positions);
      expect(records.map((r) => Buffer.from(r.body).toString())).toEqual(bodies.map(String));
      expect(records.map((r) => r.meta)).toEqual(bodies.map((_, i) => `{"n":${i}}`));
      expect(log.head.position).toBe(bodies.reduce((sum, _, i) => sum + (i % 3) + 1, 0));
      await log.close();
    });

    it('keeps a request without a body, as a DELETE is one', async () => {
      const subject = await make();
      const log = await subject.open();
      const bodies = [new Uint8Array(new ArrayBuffer(0)), Buffer.alloc(0), Buffer.from('next')];
      for (const body of bodies) await log.append({ meta: '{"method":"DELETE"}', body, count: 1 });
      const records = await drain(await subject.openReader(), log);
      expect(records.map((record) => Buffer.from(record.body).toString())).toEqual(['', '', 'next']);
      await log.close();
    });

    it('goes on reading where it stopped, within the limits', async () => {
      const subject = await make();
      const log = await subject.open();
      const reader = await subject.openReader();
      for (let i = 0; i < 5; i += 1) await log.append({ meta: '{}', body: Buffer.from(String(i)), count: 2 });
      const first = await reader.read(log.head, { eventsMax: 3, bytesMax: 100 });
      expect(first.length).toBeGreaterThan(0);
      await log.append({ meta: '{}', body: Buffer.from('5'), count: 2 });
      const rest = await drain(reader, log);
      expect([...first, ...rest].map((r) => r.position)).toEqual([0, 2, 4, 6, 8, 10]);
      await log.close();
    });

    it('says how much is waiting', async () => {
      const subject = await make();
      const log = await subject.open();
      const reader = await subject.openReader();
      await log.append({ meta: '{}', body: Buffer.alloc(1000), count: 1 });
      expect(log.head.totalBytes - reader.counters.consumedBytes).toBeGreaterThanOrEqual(1000);
      await drain(reader, log);
      expect(log.head.totalBytes - reader.counters.consumedBytes).toBe(0);
      await log.close();
    });
  });
}
