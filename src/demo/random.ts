/**
 * Seeded random numbers. Every scenario has a stream of its own, named by what it is for: adding one changes no id of
 * the others. Nothing here is secret, so a small generator (mulberry32) will do.
 */

export class Random {
  readonly #name: string;
  #state: number;

  constructor(name: string) {
    this.#name = name;
    this.#state = fnv1a(name);
  }

  /** A stream of its own, whatever was drawn from this one. */
  fork(name: string): Random {
    return new Random(`${this.#name}/${name}`);
  }

  /** 0 ≤ x < 1. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  /** A whole number, both bounds included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.unit() * (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.unit() * items.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  }

  /** Around `median` with the long tail that latencies and lengths have; `spread` 0.5 means mostly half to double. */
  around(median: number, spread = 0.5): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
    return median * Math.exp(Math.max(-2.5, Math.min(3, normal)) * spread);
  }

  /** In the form of a UUID of version 4. */
  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.#hex8()).join('');
    const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  #hex8(): string {
    return Math.floor(this.unit() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const unit of Buffer.from(text)) hash = Math.imul(hash ^ unit, 0x01000193);
  return hash;
}
