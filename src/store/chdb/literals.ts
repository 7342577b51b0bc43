/**
 * Parameters for the embedded engine. Its own server-side binding is not isolated between connections: two bound queries
 * at once swap values or abort the process (chdb 3.4 serialises them per thread for that reason). So each `{name:Type}`
 * becomes a literal that cannot break out by construction: text travels as hexadecimal digits, numbers as digits.
 */

import assert from 'node:assert/strict';
import type { QueryParams } from '../store.ts';

const PLACEHOLDER = /\{(\w+):([A-Za-z0-9(),]+)\}/g;

export function bindLiterals(sql: string, params: QueryParams): string {
  return sql.replace(PLACEHOLDER, (_, name: string, type: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    assert(value !== undefined, `no value for the query parameter ${name}`);
    return isTextList(value) ? textList(value) : `CAST(${literal(value)}, '${type}')`;
  });
}

function literal(value: string | number | readonly (string | number)[]): string {
  if (typeof value === 'string') return `unhex('${Buffer.from(value).toString('hex')}')`;
  if (typeof value === 'number') {
    assert(Number.isFinite(value), 'a number parameter must be finite');
    return String(value);
  }
  return `[${value.map(literal).join(',')}]`;
}

function isTextList(value: QueryParams[string]): value is readonly string[] {
  return typeof value === 'object' && value.length > 0 && value.every((item) => typeof item === 'string');
}

/**
 * A bare literal. The parser takes it as one node, whatever its length; a list of function calls is thousands of nodes,
 * and a list that a function makes (a cast, too) is made again for every row of the table as soon as it has 1 MiB.
 */
function textList(texts: readonly string[]): string {
  return `[${texts.map((text) => `'${escaped(text)}'`).join(',')}]`;
}

/** Everything but letters, digits and a few marks as the hexadecimal digits of its bytes. */
function escaped(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_.:-]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
