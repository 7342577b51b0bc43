/**
 * Ids. Vendors' ids are opaque text and stay as sent (many look like UUIDs and are not, `protocols/lunary.md` 2.2).
 * Ids that Tributary makes are derived from what they name, so that loading a record twice gives the same rows.
 */

import { hash, randomUUID } from 'node:crypto';

export type ProjectId = string & { readonly brand: 'ProjectId' };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Any 8-4-4-4-12 hex: the version and variant nibbles are not checked, real SDKs get them wrong. */
export function looksLikeUuid(text: string): boolean {
  return UUID.test(text);
}

export function readProjectId(text: string): ProjectId | undefined {
  return looksLikeUuid(text) ? (text.toLowerCase() as ProjectId) : undefined;
}

export function newProjectId(): ProjectId {
  return randomUUID() as ProjectId;
}

/** A UUID (version 8: custom) from the SHA-256 of the parts, joined unambiguously. */
export function derivedUuid(...parts: readonly string[]): string {
  const hex = hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
