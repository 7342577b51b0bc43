/**
 * Whether the process is near the end of its memory. What one bound holds back another may let through (the store's
 * caches, answers, three threads), so above nine tenths of the whole no new body is taken until it falls.
 */

import { getHeapStatistics } from 'node:v8';
import { memoryFullShare } from '../limits.ts';

/** Reading the figures takes some microseconds: often enough is once in this time, whoever asks. */
const LOOK_MS = 50;

export interface MemoryFigures {
  readonly residentBytes: number;
  /** Of the answering thread. */
  readonly heapBytes: number;
  readonly heapBytesMax: number;
}

export class MemoryGuard {
  readonly #residentBytesMax: number;
  readonly #figures: () => MemoryFigures;
  readonly #nowMs: () => number;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #isFull = false;

  /** `bytesMax`: what the process may have in all (config.ts, or what the machine or container has). */
  constructor(
    bytesMax: number,
    figures: () => MemoryFigures = figuresOfProcess,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#residentBytesMax = bytesMax * memoryFullShare;
    this.#figures = figures;
    this.#nowMs = nowMs;
  }

  get isFull(): boolean {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lookedAtMs < LOOK_MS) return this.#isFull;
    this.#lookedAtMs = nowMs;
    const { residentBytes, heapBytes, heapBytesMax } = this.#figures();
    this.#isFull = residentBytes > this.#residentBytesMax || heapBytes > heapBytesMax * memoryFullShare;
    return this.#isFull;
  }
}

function figuresOfProcess(): MemoryFigures {
  const { used_heap_size: heapBytes, heap_size_limit: heapBytesMax } = getHeapStatistics();
  return { residentBytes: process.memoryUsage.rss(), heapBytes, heapBytesMax };
}
