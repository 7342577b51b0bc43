/** One text for equal JSON: keys sorted, no spaces. So that a client that restarts gets the fingerprint it had. */

import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../canonical/json.ts';

/** Recursion is bounded by `nestingDepthMax`, which intake has checked. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => memberText(value, key));
  return `{${members.join(',')}}`;
}

function memberText(object: JsonObject, key: string): string[] {
  const value = object[key];
  return value === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(value)}`];
}

export function sha256Hex(text: string): string {
  return hash('sha256', text);
}
