/** What the log promises, kept next to a real one on a simulated disk: runs commands and says where the two differ. */

import { expect } from 'vitest';
import { LogUnavailable } from '../log.ts';
import { DiskLog } from './disk-log.ts';
import { DiskLogReader } from './disk-log-reader.ts';
import { type DiskCall, type Fate, SimulatedDisk } from './simulated-disk.ts';

export const DIRECTORY = '/data/log';
const SEGMENT_BYTES = 700;

export type Command =
  | { readonly do: 'append'; readonly sizes: readonly number[]; readonly waits: boolean }
  | { readonly do: 'read'; readonly eventsMax: number }
  | { readonly do: 'release' }
  | { readonly do: 'fault'; readonly call: DiskCall; readonly fate: Exclude<Fate, 'works' | 'dies'>; times: number }
  | { readonly do: 'full'; readonly free: number }
  | { readonly do: 'space' };

export interface Session {
  readonly commands: readonly Command[];
  readonly end: 'close' | 'kill' | 'power';
  /** The process dies in the middle of this call, counted from the start of the session. */
  readonly diesAtCall: number | undefined;
  /** Which bits flip afterwards, as parts of a thousand of each file. */
  readonly rot: readonly number[];
}

interface Appended {
  readonly id: string;
  readonly session: number;
  readonly count: number;
  readonly bytes: number;
  state: 'unanswered' | 'acknowledged' | 'refused';
  /** Was reported as damaged. */
  isLost: boolean;
  position: number | undefined;
}

export class LogModel {
  readonly disk: SimulatedDisk;
  readonly #appended = new Map<string, Appended>();
  /** Who owns a position. */
  readonly #owners = new Map<number, string>();
  /** Everything before it may have been released. */
  #released = 0;
  #session = 0;
  #armed: { call: DiskCall; fate: Fate; times: number }[] = [];
  #diesAt = Number.POSITIVE_INFINITY;
  /** The disk has changed or kept back bytes on its own: from then on records may be quarantined. */
  #mayQuarantine = false;
  #hasRotted = false;
  readonly counts = { acknowledged: 0, refused: 0, deaths: 0, quarantined: 0 };

  constructor(random: () => number) {
    this.disk = new SimulatedDisk(random);
    this.disk.fate = (call, _path, index) => {
      if (index >= this.#diesAt) return 'dies';
      const armed = this.#armed.find((fault) => fault.call === call && fault.times > 0);
      if (armed === undefined) return 'works';
      armed.times -= 1;
      return armed.fate;
    };
  }

  async run(sessions: readonly Session[]): Promise<void> {
    for (const session of sessions) await this.#runSession(session);
    await this.#runSession({ commands: [], end: 'close', diesAtCall: undefined, rot: [] });
  }

  async #runSession({ commands, end, diesAtCall, rot }: Session): Promise<void> {
    this.#session += 1;
    this.#armed = [];
    this.disk.free = Number.POSITIVE_INFINITY;
    this.#diesAt = diesAtCall === undefined ? Number.POSITIVE_INFINITY : this.disk.calls + diesAtCall;
    const pending: Promise<void>[] = [];
    try {
      await this.#live(commands, end, pending);
    } catch (error) {
      if (!this.disk.isDead) throw error;
    }
    if (this.disk.isDead) this.counts.deaths += 1;
    await Promise.all(pending);
    if (end === 'power') this.disk.powerCut();
    else this.disk.killed();
    if (rot.length > 0) this.#rot(rot);
  }

  async #live(commands: readonly Command[], end: Session['end'], pending: Promise<void>[]): Promise<void> {
    const open = await OpenLog.open(this.disk, this.#released);
    for (const command of commands) await this.#do(command, open, pending);
    this.#armed = [];
    this.disk.free = Number.POSITIVE_INFINITY;
    await Promise.all(pending);
    await this.#append(open.log, 5);
    if (!this.disk.isDead) expect([...this.#appended.values()].at(-1)?.state).toBe('acknowledged');
    await this.#readAll(open);
    if (!this.disk.isDead) this.#checkComplete(open);
    if (end === 'close') await open.close();
  }

  async #do(command: Command, open: OpenLog, pending: Promise<void>[]): Promise<void> {
    switch (command.do) {
      case 'append': {
        const appends = command.sizes.map((size) => this.#append(open.log, size));
        pending.push(...appends);
        if (command.waits) await Promise.all(appends);
        return;
      }
      case 'read':
        await this.#read(open, command.eventsMax);
        return;
      case 'release':
        return this.#release(open);
      case 'fault': {
        const { call, fate, times } = command;
        if ((call === 'read' || call === 'open') && typeof fate === 'object') this.#mayQuarantine = true;
        this.#armed.push({ call, fate, times });
        return;
      }
      case 'full':
        this.disk.free = command.free;
        return;
      case 'space':
        this.disk.free = Number.POSITIVE_INFINITY;
    }
  }

  async #append(log: DiskLog, size: number): Promise<void> {
    const id = `<${this.#appended.size}>`;
    const count = 1 + (size % 3);
    const entry: Appended = {
      ...{ id, session: this.#session, count, bytes: size },
      state: 'unanswered',
      isLost: false,
      position: undefined,
    };
    this.#appended.set(id, entry);
    try {
      const position = await log.append({ meta: id, body: Buffer.alloc(size, id), count });
      entry.state = 'acknowledged';
      this.counts.acknowledged += 1;
      this.#own(position, entry);
    } catch (error) {
      expect(error).toBeInstanceOf(LogUnavailable);
      const isDeath = this.disk.isDead;
      entry.state = isDeath ? 'unanswered' : 'refused';
      if (!isDeath) this.counts.refused += 1;
    }
  }

  /** No position is given to two records, one of which was acknowledged or stored. */
  #own(position: number, entry: Appended): void {
    expect(entry.position ?? position).toBe(position);
    entry.position = position;
    for (let at = position; at < position + entry.count; at += 1) {
      expect(this.#owners.get(at) ?? entry.id).toBe(entry.id);
      this.#owners.set(at, entry.id);
    }
  }

  async #read(open: OpenLog, eventsMax: number): Promise<number> {
    const records = await open.reader.read(open.log.head, { eventsMax, bytesMax: 2000 }).catch((error: unknown) => {
      if (this.disk.isDead) throw error;
      // The directory or the length of a segment could not be read: asked again later, nothing may be missing.
      expect(this.#armed.length).toBeGreaterThan(0);
      return [];
    });
    for (const record of records) {
      const entry = this.#appended.get(record.meta);
      if (entry === undefined) throw new Error(`a record that nobody appended: ${record.meta}`);
      expect(Buffer.from(record.body).equals(Buffer.alloc(record.body.length, entry.id))).toBe(true);
      expect(record.count).toBe(entry.count);
      expect(record.position).toBeGreaterThanOrEqual(open.readUntil);
      open.readUntil = record.position + record.count;
      open.seen.add(entry.id);
      // Between its refusal and the next start a refused record is not to be seen.
      if (entry.state === 'refused') expect(entry.session).toBeLessThan(this.#session);
      this.#own(record.position, entry);
    }
    return records.length;
  }

  async #readAll(open: OpenLog): Promise<void> {
    while ((await this.#read(open, 50)) > 0);
  }

  async #release(open: OpenLog): Promise<void> {
    this.#released = Math.max(this.#released, open.readUntil);
    await open.reader.release(open.readUntil).catch((error: unknown) => {
      if (this.disk.isDead) throw error;
    });
  }

  /** What was acknowledged and not released has been read, exactly once, in order; or the counters say that it is not there. */
  #checkComplete({ seen, reader, damage }: OpenLog): void {
    const lost = [...this.#appended.values()].filter(
      ({ id, state, position, isLost }) =>
        state === 'acknowledged' && !isLost && (position ?? 0) >= this.#released && !seen.has(id),
    );
    const { quarantinedRegions, quarantinedBytes, missingSegments } = reader.counters;
    expect(damage.length).toBe(quarantinedRegions + missingSegments);
    if (!this.#mayQuarantine) {
      expect(lost.map(({ id }) => id)).toEqual([]);
      expect(missingSegments).toBe(0);
    }
    if (lost.length > 0) expect(quarantinedRegions).toBeGreaterThan(0);
    this.counts.quarantined += quarantinedBytes;
    for (const entry of lost) {
      // What could only not be read is still somewhere.
      if (!this.#hasRotted) expect(this.disk.holds(Buffer.alloc(entry.bytes, entry.id))).toBe(true);
      entry.isLost = true;
    }
  }

  #rot(parts: readonly number[]): void {
    this.#mayQuarantine = true;
    this.#hasRotted = true;
    this.disk.rot(DIRECTORY, (_name, bytes) => parts.map((part) => Math.floor((part / 1000) * bytes * 8)));
  }
}

class OpenLog {
  readonly log: DiskLog;
  readonly reader: DiskLogReader;
  readonly damage: string[];
  readonly seen = new Set<string>();
  readUntil = 0;

  private constructor(log: DiskLog, reader: DiskLogReader, damage: string[]) {
    this.log = log;
    this.reader = reader;
    this.damage = damage;
  }

  static async open(disk: SimulatedDisk, positionMin: number): Promise<OpenLog> {
    const damage: string[] = [];
    const log = await DiskLog.open(DIRECTORY, { files: disk, segmentBytesMax: SEGMENT_BYTES, positionMin });
    const onDamage = ({ kind }: { kind: string }) => damage.push(kind);
    const reader = await DiskLogReader.open(DIRECTORY, { files: disk, onDamage, openRetryMs: 0 });
    return new OpenLog(log, reader, damage);
  }

  async close(): Promise<void> {
    await this.log.close();
    await this.reader.close();
  }
}
