/** Bodies of the write-back routes, checked as the vendor checks them, and told off in its words (`protocols/lunary.md` 2.7, 3.1). */

import { asText, field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { type Outcome, ok, refuse } from '../../canonical/outcome.ts';
import { idCharsMax, tagsPerRunMax } from '../../limits.ts';
import type { Decoded, IntakeRequest } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';

/** One event, or none when the body `saysNothing`. */
export function decodeWith(
  check: (body: JsonObject) => string | undefined,
  saysNothing: (body: JsonValue) => boolean = () => false,
) {
  return ({ text }: IntakeRequest): Decoded => {
    const body: Outcome<JsonValue> = text.trim() === '' ? ok({}) : parseJson(text);
    if (!body.ok) return body;
    if (body.value === null && saysNothing(null)) return { ok: true, items: [] };
    if (!isObject(body.value)) return invalid(`Expected object, received ${nameOf(body.value)}`);
    const problem = check(body.value);
    if (problem !== undefined) return invalid(problem);
    return { ok: true, items: saysNothing(body.value) ? [] : [{ ok: true, value: body.value }] };
  };
}

export function invalid(problem: string): { ok: false; fault: { code: 'invalid-field'; message: string } } {
  const { fault } = refuse('invalid-field', `Validation error: ${problem}`);
  return { ok: false, fault: { code: 'invalid-field', message: fault.message } };
}

const FEEDBACK_KEYS = ['thumb', 'thumbs', 'comment'];

/** Other keys are no part of this route, and null is an answer, too (2.7). */
export function saysNothing(body: JsonValue): boolean {
  return !isObject(body) || FEEDBACK_KEYS.every((name) => field(body, name) === undefined);
}

/** `thumbs` is the old name of `thumb`. */
export function checkFeedback(body: JsonObject): string | undefined {
  for (const name of ['thumb', 'thumbs']) {
    const thumb = field(body, name) ?? null;
    if (thumb !== null && thumb !== 'up' && thumb !== 'down')
      return typeof thumb === 'string'
        ? `Invalid enum value. Expected 'up' | 'down', received '${thumb.slice(0, 100)}' at "${name}"`
        : `Expected 'up' | 'down', received ${nameOf(thumb)} at "${name}"`;
  }
  const comment = field(body, 'comment') ?? null;
  return comment === null || typeof comment === 'string' ? undefined : expected('string', comment, 'comment');
}

export function checkScore(body: JsonObject): string | undefined {
  const label = field(body, 'label');
  const value = field(body, 'value');
  const comment = field(body, 'comment');
  if (typeof label !== 'string') return expected('string', label, 'label');
  if (asText(label) === undefined) return 'String must contain at least 1 character(s) at "label"';
  if (label.length > idCharsMax) return `String must contain at most ${idCharsMax} character(s) at "label"`;
  if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'boolean')
    return ['number', 'string', 'boolean'].map((type) => expected(type, value, 'value')).join(', or ');
  return comment === undefined || comment === null || typeof comment === 'string'
    ? undefined
    : expected('string', comment, 'comment');
}

export function checkTags(body: JsonObject): string | undefined {
  const tags = field(body, 'tags');
  if (tags === null) return undefined;
  if (!Array.isArray(tags)) return `${expected('array', tags, 'tags')}, or ${expected('null', tags, 'tags')}`;
  if (tags.length > tagsPerRunMax) return `Array must contain at most ${tagsPerRunMax} element(s) at "tags"`;
  const wrong = tags.findIndex((tag) => typeof tag !== 'string' || tag.length > idCharsMax);
  if (wrong === -1) return undefined;
  return typeof tags[wrong] === 'string'
    ? `String must contain at most ${idCharsMax} character(s) at "tags[${wrong}]"`
    : expected('string', tags[wrong], `tags[${wrong}]`);
}

export function checkVisibility(body: JsonObject): string | undefined {
  const visibility = field(body, 'visibility');
  return typeof visibility === 'boolean' ? undefined : expected('boolean', visibility, 'visibility');
}

function expected(type: string, value: JsonValue | undefined, name: string): string {
  return value === undefined ? `Required at "${name}"` : `Expected ${type}, received ${nameOf(value)} at "${name}"`;
}

function nameOf(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
