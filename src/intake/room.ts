/**
 * Bytes that may be held at once: in all, and by one owner. Who finds no room waits for a while with its body unread, so
 * that the sender is slowed by its own connection; most clients would lose what is refused.
 */

interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly enter: () => void;
}

/** What is in the way: all together, or the owner's own share. */
export type Obstacle = 'all' | 'own';

export class Room {
  readonly #bytesMax: number;
  readonly #ownerBytesMax: number;
  /** Only owners that hold any. */
  readonly #owners = new Map<string, number>();
  /** In the order of their coming; as many as there are connections. */
  readonly #waiting = new Set<Waiting>();
  #bytes = 0;

  constructor(bytesMax: number, ownerBytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#ownerBytesMax = ownerBytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  obstacle(owner: string, more = 0): Obstacle | undefined {
    if (this.#bytes + more > this.#bytesMax) return 'all';
    return (this.#owners.get(owner) ?? 0) + more > this.#ownerBytesMax ? 'own' : undefined;
  }

  /** Counts in any case; below zero gives back. */
  hold(owner: string, bytes: number): void {
    this.#bytes += bytes;
    const held = (this.#owners.get(owner) ?? 0) + bytes;
    if (held === 0) this.#owners.delete(owner);
    else this.#owners.set(owner, held);
    if (bytes < 0) this.#letIn();
  }

  /** Holds as soon as there is room; the obstacle after `msMax`, or when `gone` aborts. */
  async enter(owner: string, bytes: number, msMax: number, gone: AbortSignal): Promise<Obstacle | undefined> {
    const obstacle = this.obstacle(owner, bytes);
    if (obstacle === undefined) {
      this.hold(owner, bytes);
      return undefined;
    }
    const isIn = await new Promise<boolean>((resolve) => {
      const finish = (entered: boolean) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', giveUp);
        this.#waiting.delete(waiting);
        resolve(entered);
      };
      const giveUp = () => finish(false);
      const waiting: Waiting = { owner, bytes, enter: () => finish(true) };
      const timer = setTimeout(giveUp, msMax);
      gone.addEventListener('abort', giveUp);
      this.#waiting.add(waiting);
    });
    return isIn ? undefined : obstacle;
  }

  #letIn(): void {
    for (const { owner, bytes, enter } of this.#waiting) {
      if (this.obstacle(owner, bytes) !== undefined) continue;
      this.hold(owner, bytes);
      enter();
    }
  }
}
