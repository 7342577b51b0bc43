/**
 * Parameters for the embedded engine. Its own server-side binding is not isolated between connections: two bound queries
 * at once swap values or abort the process (chdb 3.4 serialises them per thread for that reason). So each `{name:Type}`
 * becomes a literal that cannot break out by construction: text travels as hexadecimal digits, numbers as digits.
 */

import assert from 'node:assert/strict';
import type { QueryParams } from '../store.ts';

const SEPARATOR = Buffer.from([0xff]);
const PLACEHOLDER = /\{(\w+):([A-Za-z0-9(),]+)\}/g;

export function bindLiterals(sql: string, params: QueryParams): string {
  return sql.replace(PLACEHOLDER, (_, name: string, type: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    assert(value !== undefined, `no value for the query parameter ${name}`);
    return `CAST(${literal(value)}, '${type}')`;
  });
}

function literal(value: string | number | readonly string[] | readonly number[]): string {
  if (typeof value === 'string') return `unhex('${Buffer.from(value).toString('hex')}')`;
  if (typeof value === 'number') {
    assert(Number.isFinite(value), 'a number parameter must be finite');
    return String(value);
  }
  if (value.length === 0) return '[]';
  return value.every((item) => typeof item === 'string') ? textList(value) : `[${value.map(literal).join(',')}]`;
}

/**
 * One literal for the whole list: thousands of ids would otherwise be thousands of nodes for the parser. The separator is
 * a byte that no UTF-8 text contains.
 */
function textList(texts: readonly string[]): string {
  const bytes = texts.flatMap((text, i) => (i === 0 ? [Buffer.from(text)] : [SEPARATOR, Buffer.from(text)]));
  return `splitByChar(unhex('ff'), unhex('${Buffer.concat(bytes).toString('hex')}'))`;
}
