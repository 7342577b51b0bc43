/** Keys are random, kept as SHA-256, and compared in constant time. */

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { looksLikeUuid } from '../../canonical/ids.ts';

const PREFIX = 'trib_';

export function newSecret(): string {
  return `${PREFIX}${randomBytes(24).toString('base64url')}`;
}

/** UUID-shaped secrets (Lunary's) are compared without regard to case, as their vendor does; all others as they are. */
export function hashSecret(secret: string): string {
  return hash('sha256', looksLikeUuid(secret) ? secret.toLowerCase() : secret);
}

export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Enough to recognise a key, too little to use it. */
export function prefixOf(secret: string): string {
  return secret.slice(0, Math.min(9, Math.floor(secret.length / 3)));
}
