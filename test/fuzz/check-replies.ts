/** What every reply must be: a documented status, the vendor's shape, JSON without accidents. */

import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { DialectName } from '../../src/canonical/event.ts';
import { isObject } from '../../src/canonical/json.ts';
import type { Reply } from '../../src/dialects/dialect.ts';
import { must } from './finding.ts';

const REFUSALS = [400, 401, 403, 404, 405, 408, 409, 413, 415] as const;

/** 429 and 503 are the documented answers of a server that has too much to do. */
export const STATUSES: Readonly<Record<DialectName, ReadonlySet<number>>> = {
  lunary: new Set([200, 204, ...REFUSALS, 402, 422, 429, 503]),
  vellum: new Set([200, 302, ...REFUSALS, 429, 503]),
  voker: new Set([200, ...REFUSALS, 422, 429, 503]),
  weflayr: new Set([200, ...REFUSALS, 422, 429, 503]),
  whyops: new Set([200, 201, 202, ...REFUSALS, 429, 503]),
};

type Shape = (body: Readonly<Record<string, unknown>>) => boolean;
const isText = (value: unknown) => typeof value === 'string' && value !== '';

const ERRORS: Readonly<Record<DialectName, Shape>> = {
  lunary: ({ message, error }) => isText(message) || isText(error),
  vellum: ({ detail, code, errors }) => isText(detail) && isText(code) && Array.isArray(errors),
  voker: ({ type, message, detail }) =>
    isText(type) && isText(message) && typeof detail === 'object' && detail !== null,
  weflayr: ({ detail }) => isText(detail) || (Array.isArray(detail) && detail.length > 0),
  // Zod's own error, where the vendor passes it on.
  whyops: ({ error }) => isText(error) || (isObject(error) && error.name === 'ZodError'),
};

export async function checkReply(dialect: DialectName, reply: Reply, sent: string): Promise<void> {
  const { status, headers, body, stream } = reply;
  must(STATUSES[dialect].has(status), `reply of ${dialect}: status ${status}`, () => body);
  for (const [name, value] of Object.entries(headers ?? {})) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  if (stream !== undefined)
    for await (const piece of stream) must(typeof piece === 'string', 'reply: a piece is no text');
  if (body === undefined) return;
  // Ids come back as they were sent, of any type.
  if (!/\d[eE]\+?\d{3}|\d{300}/.test(sent)) checkNumbers(body);
  const text = JSON.stringify(body);
  must(typeof text === 'string', 'reply: the body is no JSON');
  checkBody(dialect, status, text, sent);
}

/** `sent`: words that come back from there are no accidents. */
export function checkBody(dialect: DialectName, status: number, text: string, sent: string): void {
  const body: unknown = JSON.parse(text);
  if (status >= 400)
    must(isObject(body) && ERRORS[dialect](body), `reply of ${dialect}: an error of another shape`, () => [
      status,
      text,
    ]);
  checkWords(text, sent);
}

export function checkWords(text: string, sent: string): void {
  for (const word of ['[object ', 'undefined', 'NaN', 'Infinity'])
    must(!text.includes(word) || sent.includes(word) || sent.includes('\\u'), `reply: says ${word}`, () => text);
}

/** `JSON.stringify` would write null for these. */
function checkNumbers(value: unknown): void {
  if (typeof value === 'number') must(Number.isFinite(value), 'reply: a number is none');
  else if (Array.isArray(value))
    for (const item of value) {
      must(item !== undefined, 'reply: a hole in a list');
      checkNumbers(item);
    }
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) checkNumbers(item);
}
