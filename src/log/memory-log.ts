/** The log without a disk, for tests of what stands around it. Passes the same contract. */

import type { EventLog, LogHead, LogReader, LogRecord, NewRecord } from './log.ts';

export class MemoryLog implements EventLog {
  readonly records: LogRecord[] = [];
  readonly #listeners: ((head: LogHead) => void)[] = [];
  #position: number;
  #bytes = 0;

  constructor(firstPosition = 0) {
    this.#position = firstPosition;
  }

  get head(): LogHead {
    return { position: this.#position, segment: 'memory', bytes: this.records.length, totalBytes: this.#bytes };
  }

  onAdvance(listener: (head: LogHead) => void): void {
    this.#listeners.push(listener);
  }

  async append(record: NewRecord): Promise<number> {
    const position = this.#position;
    this.records.push({ ...record, position });
    this.#position += record.count;
    this.#bytes += record.body.length;
    for (const listener of this.#listeners) listener(this.head);
    return position;
  }

  async close(): Promise<void> {}
}

export class MemoryLogReader implements LogReader {
  readonly counters = { consumedBytes: 0, quarantinedRegions: 0, quarantinedBytes: 0, missingSegments: 0 };
  readonly #log: MemoryLog;
  #read = 0;

  constructor(log: MemoryLog, from = 0) {
    this.#log = log;
    this.#read = log.records.findIndex((record) => record.position + record.count > from);
    if (this.#read === -1) this.#read = log.records.length;
  }

  async read(_head: LogHead, limits: { eventsMax: number; bytesMax: number }): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    let events = 0;
    let bytes = 0;
    for (let record = this.#log.records[this.#read]; record !== undefined; record = this.#log.records[this.#read]) {
      if (events >= limits.eventsMax || bytes >= limits.bytesMax) break;
      records.push(record);
      events += record.count;
      bytes += record.body.length;
      this.#read += 1;
      this.counters.consumedBytes += record.body.length;
    }
    return records;
  }

  async release(): Promise<void> {}
  async close(): Promise<void> {}
}
