/**
 * A disk for tests that keeps no more than it has promised. What was not synced may be lost or torn at any byte, each
 * write and each name on its own, so in any order. Any call may fail, write less than asked, or be the last one.
 */

import { basename, dirname } from 'node:path';
import type { LogFile, LogFileSystem } from './files.ts';

export type DiskCall =
  | 'open'
  | 'writev'
  | 'write'
  | 'read'
  | 'stat'
  | 'truncate'
  | 'datasync'
  | 'sync'
  | 'close'
  | 'readdir'
  | 'rename'
  | 'unlink'
  | 'mkdir';

/** What happens to a call: it works, fails with a code, writes only a part, or the machine stops in the middle of it. */
export type Fate = 'works' | 'short' | 'dies' | { readonly code: string };

type Change = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number };

interface Inode {
  now: Buffer;
  durable: Buffer;
  /** Since the last sync that worked. */
  unsynced: Change[];
}

type Naming = { readonly name: string; readonly inode: Inode | undefined };

interface Directory {
  readonly now: Map<string, Inode>;
  readonly durable: Map<string, Inode>;
  unsynced: Naming[];
}

export class DiskDied extends Error {}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

export class SimulatedDisk implements LogFileSystem {
  readonly #directories = new Map<string, Directory>();
  readonly #random: () => number;
  /** Decides about each call; `index` counts them from the start of the disk. */
  fate: (call: DiskCall, path: string, index: number) => Fate = () => 'works';
  /** Bytes that still fit; writes beyond them fail with ENOSPC. */
  free = Number.POSITIVE_INFINITY;
  calls = 0;
  isDead = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The process was killed: what it wrote is still in the memory of the system. */
  killed(): void {
    this.isDead = false;
  }

  /** The power was cut: of what was not synced, anything may be there. */
  powerCut(): void {
    this.isDead = false;
    for (const directory of this.#directories.values()) {
      for (const { name, inode } of directory.unsynced.filter(() => this.#random() < 0.5)) {
        if (inode === undefined) directory.durable.delete(name);
        else directory.durable.set(name, inode);
      }
      directory.unsynced = [];
      directory.now.clear();
      for (const [name, inode] of directory.durable) {
        directory.now.set(name, inode);
        for (const change of inode.unsynced) this.#maybeKeep(inode, change);
        inode.unsynced = [];
        inode.now = Buffer.from(inode.durable);
      }
    }
  }

  /** Changes bits of what is stored, wherever `pick` says; returns how many. */
  rot(directory: string, pick: (name: string, bytes: number) => readonly number[]): number {
    let flipped = 0;
    for (const [name, inode] of this.#directories.get(directory)?.now ?? []) {
      for (const bit of pick(name, inode.now.length)) {
        for (const content of [inode.now, inode.durable]) {
          const byte = content[bit >> 3];
          if (byte !== undefined) content[bit >> 3] = byte ^ (1 << (bit & 7));
        }
        flipped += 1;
      }
    }
    return flipped;
  }

  /** Whether a file has these bytes in it. */
  holds(bytes: Buffer): boolean {
    return [...this.#directories.values()].some(({ now }) =>
      [...now.values()].some((inode) => inode.now.includes(bytes)),
    );
  }

  async open(path: string, flags: 'r' | 'w' | 'wx'): Promise<LogFile> {
    await this.#call('open', path);
    const folder = this.#directories.get(path);
    if (folder !== undefined) return this.#folderHandle(path, folder);
    const directory = this.#directory(dirname(path));
    const name = basename(path);
    let inode = directory.now.get(name);
    if (inode !== undefined && flags === 'wx') throw failure('EEXIST');
    if (inode === undefined) {
      if (flags === 'r') throw failure('ENOENT');
      if (this.free <= 0) throw failure('ENOSPC');
      inode = { now: Buffer.alloc(0), durable: Buffer.alloc(0), unsynced: [] };
      directory.now.set(name, inode);
      directory.unsynced.push({ name, inode });
    } else if (flags === 'w') this.#resize(inode, 0);
    return this.#fileHandle(path, inode);
  }

  async readdir(path: string): Promise<string[]> {
    await this.#call('readdir', path);
    return [...this.#directory(path).now.keys()];
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call('rename', from);
    const source = this.#directory(dirname(from));
    const inode = source.now.get(basename(from));
    if (inode === undefined) throw failure('ENOENT');
    const target = this.#directory(dirname(to));
    target.now.set(basename(to), inode);
    target.unsynced.push({ name: basename(to), inode });
    source.now.delete(basename(from));
    source.unsynced.push({ name: basename(from), inode: undefined });
  }

  async unlink(path: string): Promise<void> {
    await this.#call('unlink', path);
    const directory = this.#directory(dirname(path));
    if (!directory.now.delete(basename(path))) throw failure('ENOENT');
    directory.unsynced.push({ name: basename(path), inode: undefined });
  }

  async mkdir(path: string): Promise<void> {
    await this.#call('mkdir', path);
    for (const each of [dirname(path), path])
      if (!this.#directories.has(each))
        this.#directories.set(each, { now: new Map(), durable: new Map(), unsynced: [] });
  }

  #directory(path: string): Directory {
    const directory = this.#directories.get(path);
    if (directory === undefined) throw failure('ENOENT');
    return directory;
  }

  /** Other calls come in between, as they do on a real disk. Returns whether this one is to do only a part of its work. */
  async #call(call: DiskCall, path: string): Promise<boolean> {
    for (let waits = Math.floor(this.#random() * 3); waits > 0; waits -= 1) await Promise.resolve();
    this.calls += 1;
    if (this.isDead) throw new DiskDied();
    const fate = this.fate(call, path, this.calls);
    if (fate === 'dies') {
      this.isDead = true;
      if (call !== 'write' && call !== 'writev') throw new DiskDied();
    }
    if (typeof fate === 'object') throw failure(fate.code);
    return fate !== 'works';
  }

  #folderHandle(path: string, directory: Directory): LogFile {
    return {
      ...this.#handle(path),
      sync: async () => {
        await this.#call('sync', path);
        for (const { name, inode } of directory.unsynced) {
          if (inode === undefined) directory.durable.delete(name);
          else directory.durable.set(name, inode);
        }
        directory.unsynced = [];
      },
    };
  }

  #fileHandle(path: string, inode: Inode): LogFile {
    const sync = async (call: 'sync' | 'datasync') => {
      const changes = [...inode.unsynced];
      try {
        await this.#call(call, path);
      } catch (error) {
        // The system has told about the failure, and forgets what it could not write: later syncs will not.
        if (!(error instanceof DiskDied))
          inode.unsynced = inode.unsynced.filter((change) => !changes.includes(change) || this.#random() < 0.3);
        throw error;
      }
      for (const change of changes) apply(inode, 'durable', change);
      inode.unsynced = inode.unsynced.filter((change) => !changes.includes(change));
    };
    return {
      ...this.#handle(path),
      writev: async (parts, position) => ({
        bytesWritten: await this.#write('writev', path, inode, Buffer.concat(parts), position),
      }),
      write: async (bytes, offset, length, position) => ({
        bytesWritten: await this.#write(
          'write',
          path,
          inode,
          Buffer.from(bytes.subarray(offset, offset + length)),
          position,
        ),
      }),
      read: async (bytes, offset, length, position) => {
        const isShort = await this.#call('read', path);
        const wanted = isShort ? Math.ceil(length / 2) : length;
        const found = inode.now.subarray(position, position + wanted);
        bytes.set(found, offset);
        return { bytesRead: found.length };
      },
      stat: async () => {
        await this.#call('stat', path);
        return { size: inode.now.length };
      },
      truncate: async (bytes) => {
        await this.#call('truncate', path);
        this.#resize(inode, bytes);
      },
      sync: () => sync('sync'),
      datasync: () => sync('datasync'),
    };
  }

  #handle(path: string): LogFile {
    const isDirectory = async () => Promise.reject(failure('EISDIR'));
    return {
      ...{ writev: isDirectory, write: isDirectory, read: isDirectory, truncate: isDirectory, datasync: isDirectory },
      stat: async () => ({ size: 0 }),
      sync: async () => undefined,
      close: async () => void (await this.#call('close', path)),
    };
  }

  async #write(call: 'writev' | 'write', path: string, inode: Inode, all: Buffer, at: number): Promise<number> {
    const isPart = await this.#call(call, path);
    const wanted = isPart ? Math.floor(this.#random() * all.length) : all.length;
    const grows = Math.max(0, at + wanted - inode.now.length);
    const fits = grows <= this.free ? wanted : Math.max(0, wanted - (grows - this.free));
    const bytes = Buffer.from(all.subarray(0, fits));
    this.free -= Math.max(0, at + fits - inode.now.length);
    const change = { at, bytes };
    apply(inode, 'now', change);
    inode.unsynced.push(change);
    if (this.isDead) throw new DiskDied();
    if (fits === 0 && wanted > 0) throw failure('ENOSPC');
    return fits;
  }

  #resize(inode: Inode, size: number): void {
    this.free += inode.now.length - size;
    const change = { size };
    apply(inode, 'now', change);
    inode.unsynced.push(change);
  }

  /** Nothing, all, or a stretch of the change has reached the disk. */
  #maybeKeep(inode: Inode, change: Change): void {
    const luck = this.#random();
    if (luck < 0.4) return;
    if ('size' in change || luck < 0.6) {
      apply(inode, 'durable', change);
      return;
    }
    const from = Math.floor(this.#random() * change.bytes.length);
    const to = from + Math.floor(this.#random() * (change.bytes.length - from + 1));
    apply(inode, 'durable', { at: change.at + from, bytes: change.bytes.subarray(from, to) });
  }
}

function apply(inode: Inode, which: 'now' | 'durable', change: Change): void {
  const old = inode[which];
  const size = 'size' in change ? change.size : Math.max(old.length, change.at + change.bytes.length);
  const content = Buffer.alloc(size);
  old.copy(content, 0, 0, Math.min(size, old.length));
  if ('bytes' in change) content.set(change.bytes, change.at);
  inode[which] = content;
}
