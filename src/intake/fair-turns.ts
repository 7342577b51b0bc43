/**
 * Whose request is worked on next. A request has its turn from before it is decoded until it is in the log: what has a
 * turn costs time on the answering thread, decoded items in memory, and a place in the queue to the disk.
 *
 * While one owner sends alone it goes on at once, up to the bound of memory. As soon as a second one sends, each
 * gets a share: an owner with nothing under way goes first, a busy one waits for its next turn of the event loop. So a flood
 * delays another's request by one small slice of work, not by all that the flood has sent.
 */

import { fairShareBytesMax, fairSliceBytesMax, workingBytesMax } from '../limits.ts';

/** Owners are rivals while each has sent within this time. */
const RIVAL_MS = 1000;

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

interface Owner {
  working: number;
  readonly waiting: Waiting[];
}

export class FairTurns {
  /** Only owners with something under way or waiting. */
  readonly #owners = new Map<string, Owner>();
  readonly #nowMs: () => number;
  #working = 0;
  #waiting = 0;
  #isPumping = false;
  #sliceBytes = 0;
  #latest: string | undefined;
  #rivalAtMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get workingBytes(): number {
    return this.#working;
  }

  /** `undefined`: go on at once, without waiting for a turn of the event loop. In any case `leave` afterwards. */
  enter(owner: string, bytes: number): Promise<void> | undefined {
    if (owner !== this.#latest) {
      if (this.#latest !== undefined) this.#rivalAtMs = this.#nowMs();
      this.#latest = owner;
    }
    const state = this.#owners.get(owner) ?? { working: 0, waiting: [] };
    this.#owners.set(owner, state);
    const isFirst = state.working === 0 && state.waiting.length === 0;
    if (this.#hasRoom(bytes) && (isFirst || (state.waiting.length === 0 && !this.#hasRivals()))) {
      this.#begin(state, bytes);
      return undefined;
    }
    return new Promise((resolve) => {
      state.waiting.push({ bytes, go: resolve });
      this.#waiting += 1;
      this.#pumpSoon();
    });
  }

  leave(owner: string, bytes: number): void {
    const state = this.#owners.get(owner);
    if (state === undefined) return;
    state.working -= bytes;
    this.#working -= bytes;
    if (state.working === 0 && state.waiting.length === 0) this.#owners.delete(owner);
    if (this.#waiting > 0) this.#pumpSoon();
  }

  #hasRivals(): boolean {
    return this.#nowMs() - this.#rivalAtMs < RIVAL_MS;
  }

  #hasRoom(bytes: number): boolean {
    return this.#working === 0 || this.#working + bytes <= workingBytesMax;
  }

  #begin(state: Owner, bytes: number): void {
    state.working += bytes;
    this.#working += bytes;
    this.#sliceBytes += bytes;
  }

  /** After the event loop has looked for what else has come. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  /** One round after the other, one request of each owner, until the slice is used up. */
  #pump(): void {
    this.#sliceBytes = 0;
    let hasBegun = true;
    while (hasBegun && this.#sliceBytes < fairSliceBytesMax) {
      hasBegun = false;
      for (const [owner, state] of this.#owners) {
        if (this.#sliceBytes >= fairSliceBytesMax) break;
        if (!this.#beginNext(state)) continue;
        hasBegun = true;
        // To the end of the order: the others are before it in the next slice.
        this.#owners.delete(owner);
        this.#owners.set(owner, state);
        break;
      }
    }
    // Those that could not begin for lack of room are woken by who leaves.
    if (hasBegun && this.#waiting > 0) this.#pumpSoon();
  }

  #beginNext(state: Owner): boolean {
    const next = state.waiting[0];
    if (next === undefined || !this.#hasRoom(next.bytes)) return false;
    const share = this.#hasRivals() ? fairShareBytesMax : workingBytesMax;
    if (state.working > 0 && state.working + next.bytes > share) return false;
    state.waiting.shift();
    this.#waiting -= 1;
    this.#begin(state, next.bytes);
    next.go();
    return true;
  }
}
