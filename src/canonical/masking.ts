/** Secrets are never shown: what is known to be one, and what stands under a name that says so. */

import { isObject, type JsonObject, type JsonValue } from './json.ts';

export const MASK = '********';

/** Headers and query parameters: `x-api-key`, `authorization`, `cookie`, `x-amz-security-token`. Not `idempotency-key`. */
const SECRET_NAME = /auth|cookie|secret|token|passw|credential|signature|^key$|(api|access|private|public)[-_]?key$/i;
/** Members of JSON bodies, where `tokens` are counts: only what the whole name says. */
const SECRET_MEMBER = /^(.*[-_])?(api|access|private)?[-_]?(key|secret|token|password|authorization)$|secret$|apikey$/i;

/** Shorter ones are parts of words. */
const SECRET_CHARS_MIN = 6;
/** Bodies of the own API are flat; nobody else's decides how deep we go. */
const DEPTH = 8;

export function maskedByName(values: Iterable<readonly [string, string | undefined]>): Record<string, string> {
  const shown: [string, string][] = [];
  for (const [name, value] of values)
    if (value !== undefined) shown.push([name, SECRET_NAME.test(name) ? MASK : value]);
  return Object.fromEntries(shown);
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) if (secret.length >= SECRET_CHARS_MIN) shown = shown.replaceAll(secret, MASK);
  return shown;
}

/** The object with the values of secret members masked; what lies deeper than `depth` is masked as well. */
export function withoutSecretMembers(object: JsonObject, depth = DEPTH): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, SECRET_MEMBER.test(name) ? MASK : masked(value, depth - 1)]),
  );
}

function masked(value: JsonValue | undefined, depth: number): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (depth <= 0) return MASK;
  if (Array.isArray(value)) return value.map((item) => masked(item, depth - 1) ?? null);
  return isObject(value) ? withoutSecretMembers(value, depth) : value;
}
