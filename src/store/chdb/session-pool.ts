/** The reader's sessions, each used by one question at a time. Who waits longest is next; who no longer asks is skipped. */

import { ABANDONED } from '../asked.ts';
import { StoreError } from '../store.ts';

interface Waiting<Session> {
  readonly take: (session: Session) => void;
  readonly leave: () => void;
}

export class SessionPool<Session> {
  readonly #idle: Session[];
  readonly #waiting = new Set<Waiting<Session>>();
  #isClosed = false;

  constructor(sessions: readonly Session[]) {
    this.#idle = [...sessions];
  }

  /** Rejects when `signal` aborts first, or when the pool is closed. */
  take(signal: AbortSignal | undefined): Promise<Session> {
    if (signal?.aborted === true || this.#isClosed) return Promise.reject(abandoned());
    const idle = this.#idle.pop();
    if (idle !== undefined) return Promise.resolve(idle);
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiting);
        reject(abandoned());
      };
      const waiting: Waiting<Session> = {
        take: (session) => {
          signal?.removeEventListener('abort', leave);
          resolve(session);
        },
        leave,
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Who waits does so in vain. */
  close(): void {
    this.#isClosed = true;
    for (const { leave } of [...this.#waiting]) leave();
  }

  give(session: Session): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#idle.push(session);
      return;
    }
    this.#waiting.delete(next);
    next.take(session);
  }
}

export function abandoned(): StoreError {
  return new StoreError('nobody waits for the answer any more', ABANDONED, undefined);
}
