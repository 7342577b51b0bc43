/** Numbers that look random and are the same for the same (seed, n): input n can be made again without the ones before. */

export class Random {
  #state: number;

  constructor(seed: number, n: number) {
    this.#state = mixed(mixed(seed | 0) ^ Math.imul(n + 1, 0x9e3779b1));
  }

  /** mulberry32: 32 bits of state are enough, every input starts anew. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** 0 to `below` - 1. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    // An empty list has nothing to pick; callers have lists that are never empty.
    return list[this.int(list.length)] as T;
  }

  /** Mostly small, sometimes up to `max`: most sizes matter near zero, some only when they are large. */
  size(max: number): number {
    return Math.floor(max ** this.next());
  }
}

function mixed(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
