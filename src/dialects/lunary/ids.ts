/**
 * One run has up to three ids: the one its client sent, which is the one that is stored; the UUID that the vendor's
 * server makes of it (`protocols/lunary.md` 2.2); and the one that the Python client makes before it sends (4.2).
 */

import { hash } from 'node:crypto';
import { looksLikeUuid } from '../../canonical/ids.ts';

const UUID_CHARS = 36;

/** As the vendor's API names a run: ids of 36 characters as they are, any other text hashed. */
export function vendorUuid(id: string): string {
  if (id.length === UUID_CHARS) return id;
  const hex = sha256(id);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What the Python client sends for an id when it is configured with `key`. */
export function pythonUuid(id: string, key: string): string {
  const hex = sha256(id + key);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Whether `vendorUuid` can have made it: version 4, variant a. */
export function mayBeVendorUuid(id: string): boolean {
  return looksLikeUuid(id) && id[14] === '4' && id[19]?.toLowerCase() === 'a';
}

/** Ids under which the run that a caller names may be stored, the likeliest first (7, rule 5). */
export function storedIdsOf(id: string, key: string | undefined): readonly string[] {
  const spellings = looksLikeUuid(id) ? [id, id.toLowerCase()] : [id, vendorUuid(id)];
  return [...new Set([...spellings, ...(key === undefined ? [] : [pythonUuid(id, key)])])];
}

function sha256(text: string): string {
  return hash('sha256', text);
}
