/** A client of a crash run: sends, remembers what was acknowledged, and sends again what got no answer, or gives up. */

import type { Make, Posting, Session } from './crash-traffic.ts';

/** Makes a request again, for this session. */
export type Again = (session: Session) => Posting;

/** What was promised to the clients. */
export class Ledger {
  /** By marker. */
  readonly acknowledged = new Set<string>();
  readonly unanswered = new Set<string>();
  readonly deleted = new Set<string>();
  /** Their deletion got no answer, and then there was nothing to delete: done, or not loaded yet. */
  readonly maybeDeleted = new Set<string>();
  /** What can be made again: of each group, its requests. */
  readonly groups = new Map<string, { readonly maker: number; readonly requests: Again[] }>();
  requests = 0;

  note(maker: number, posting: Posting, again: Again): void {
    this.requests += 1;
    const group = this.groups.get(posting.group) ?? { maker, requests: [] };
    group.requests.push(again);
    this.groups.set(posting.group, group);
  }

  confirm(posting: Posting): void {
    for (const marker of posting.markers) this.acknowledged.add(marker);
    for (const marker of posting.deletes) this.deleted.add(marker);
  }
}

export interface ClientParts {
  /** `undefined` while the server is down. */
  readonly url: () => string | undefined;
  readonly session: Session;
  readonly ledger: Ledger;
  readonly stop: AbortSignal;
}

const RETRY_MS = 40;
const PAUSE_MS_MAX = 80;
const EVENTS_MAX = 12;

export async function client(
  parts: ClientParts,
  { make, maker, name }: { readonly make: Make; readonly maker: number; readonly name: string },
  rng: () => number,
): Promise<void> {
  for (let n = 0; !parts.stop.aborted; n += 1) {
    const size = 1 + Math.floor(rng() * EVENTS_MAX);
    const again: Again = (session) => make(session, name, n, size);
    const posting = again(parts.session);
    parts.ledger.note(maker, posting, again);
    await deliver(parts, posting, rng);
    await pause(rng() * PAUSE_MS_MAX);
  }
}

/** Ends when the request was acknowledged, given up, or the run is over. */
export async function deliver({ url, ledger, stop }: ClientParts, posting: Posting, rng: () => number): Promise<void> {
  let isUnanswered = false;
  while (!stop.aborted) {
    const base = url();
    if (base === undefined) {
      await pause(RETRY_MS);
      continue;
    }
    const status = await send(base, posting);
    if (status === undefined) {
      isUnanswered = true;
      for (const marker of posting.markers) ledger.unanswered.add(marker);
      // Half of the clients give up on an unanswered request, as most SDKs do; the others send it again. Deletions go on.
      if (posting.method === 'POST' && rng() < 0.5) return;
    } else if (status < 300) return ledger.confirm(posting);
    // What is to be deleted is not stored yet, or was never accepted, or went with a deletion that got no answer.
    else if (status === 404 && posting.method === 'DELETE') {
      const isThere = posting.deletes.some((marker) => ledger.acknowledged.has(marker));
      if (isUnanswered) for (const marker of posting.deletes) ledger.maybeDeleted.add(marker);
      if (isUnanswered || !isThere) return;
    } else if (status < 500 && status !== 429) throw new Error(`${posting.method} ${posting.path} answered ${status}`);
    await pause(RETRY_MS);
  }
}

async function send(base: string, { method, path, headers, body }: Posting): Promise<number | undefined> {
  try {
    const response = await fetch(base + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
