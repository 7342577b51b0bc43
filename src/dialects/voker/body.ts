/** Request bodies and the checks on their fields. A check returns what is wrong; `null` counts as absent. */

import { field, isObject, type JsonObject } from '../../canonical/json.ts';
import { type Outcome, ok, type Problem, refuse } from '../../canonical/outcome.ts';
import { idCharsMax } from '../../limits.ts';
import { parseJson } from '../parse-json.ts';

/** Names and ids that are looked up: agent, version, person, session (`protocols/voker.md` 3). */
export const nameCharsMax = 255;
/** Fingerprint fields. Python's `sys.version` is a sentence, remote URLs are long. */
export const environmentCharsMax = idCharsMax;

export function readObject(text: string): Outcome<JsonObject> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  if (isObject(parsed.value)) return ok(parsed.value);
  return invalid([{ path: '', message: 'must be an object', code: 'dict_type' }]);
}

/** The body itself when there are no problems; all problems at once otherwise. */
export function checked(body: JsonObject, ...problems: readonly (readonly Problem[])[]): Outcome<JsonObject> {
  const found = problems.flat();
  return found.length === 0 ? ok(body) : invalid(found);
}

function invalid(problems: readonly Problem[]): ReturnType<typeof refuse> {
  const text = problems.map(({ path, message }) => `${path === '' ? 'the body' : path} ${message}`).join('; ');
  return refuse('invalid-field', text, problems);
}

export function requiredText(body: JsonObject, path: string, charsMax = nameCharsMax): readonly Problem[] {
  const value = field(body, path);
  if (value === undefined) return [{ path, message: 'is required', code: 'missing' }];
  if (value === null || value === '')
    return [{ path, message: 'must be a non-empty string', code: value === null ? 'string_type' : 'string_too_short' }];
  return optionalText(body, path, charsMax);
}

export function optionalText(body: JsonObject, path: string, charsMax = nameCharsMax): readonly Problem[] {
  const value = field(body, path);
  if (value === undefined || value === null) return [];
  if (typeof value !== 'string') return [{ path, message: 'must be a string', code: 'string_type' }];
  return tooLong(value, path, charsMax);
}

export function tooLong(value: string, path: string, charsMax = nameCharsMax): readonly Problem[] {
  return value.length > charsMax
    ? [{ path, message: `must have at most ${charsMax} characters`, code: 'string_too_long' }]
    : [];
}

export function requiredObject(body: JsonObject, path: string): readonly Problem[] {
  if (field(body, path) === undefined) return [{ path, message: 'is required', code: 'missing' }];
  return isObject(field(body, path)) ? [] : [{ path, message: 'must be an object', code: 'dict_type' }];
}

export function optionalObject(body: JsonObject, path: string): readonly Problem[] {
  const value = field(body, path);
  return value === undefined || value === null || isObject(value)
    ? []
    : [{ path, message: 'must be an object', code: 'dict_type' }];
}
