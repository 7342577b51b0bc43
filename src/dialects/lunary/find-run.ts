/** The stored run that an id in a path means, whichever of its ids the caller uses (`ids.ts`). */

import { looksLikeUuid } from '../../canonical/ids.ts';
import type { Condition, Reader, ReadSpan } from '../reader.ts';
import { mayBeVendorUuid, storedIdsOf } from './ids.ts';
import { THREAD_UUID_MARK, UUID_MARK } from './marks.ts';

export async function findRun(reader: Reader, id: string, key: string | undefined): Promise<ReadSpan | undefined> {
  const ids = storedIdsOf(id, key);
  const found = new Map((await reader.spansById(ids)).map((span) => [span.spanId, span]));
  const known = ids.find((candidate) => found.has(candidate));
  if (known !== undefined) return found.get(known);
  return mayBeVendorUuid(id) ? first(reader, { metadata: UUID_MARK, equals: id.toLowerCase() }) : undefined;
}

/** As it was sent: the session of its messages. */
export async function findThread(reader: Reader, id: string, key: string | undefined): Promise<string | undefined> {
  const ids = storedIdsOf(id, key);
  const inThread = await first(reader, { field: 'sessionId', in: ids });
  if (inThread !== undefined || !mayBeVendorUuid(id)) return inThread?.sessionId ?? undefined;
  return (await first(reader, { metadata: THREAD_UUID_MARK, equals: id.toLowerCase() }))?.sessionId ?? undefined;
}

/**
 * The id to write under when nothing is stored yet, so that what comes later joins it: as the caller names it, or as the
 * Python client will name it when it sends the run (`protocols/lunary.md` 4.2: its `score` does not hash).
 */
export function futureIdOf(id: string, key: string | undefined, userAgent: string | undefined): string {
  const isPython = userAgent?.startsWith('python-requests') === true;
  const hashed = isPython ? storedIdsOf(id, key).at(-1) : undefined;
  return hashed ?? (looksLikeUuid(id) ? id.toLowerCase() : id);
}

async function first(reader: Reader, where: Condition): Promise<ReadSpan | undefined> {
  const [span] = await reader.spans({ where, limit: 1, offset: 0 });
  return span;
}
