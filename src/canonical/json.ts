/**
 * JSON as it arrives: untrusted, so every reader here is total. A reader returns `undefined` for "absent, null or of
 * another type"; a dialect that must tell these apart looks at the raw value itself.
 */

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function asArray(value: unknown): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A string that says something: empty counts as absent. It can be stored and asked for, see `storableText`. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? storableText(value) : undefined;
}

/** Half of an emoji that somebody cut: JSON can say it, UTF-8 cannot. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** A lone surrogate in an id or a name is written as its escape, `\\ud83d`, so that different ids stay different. */
export function storableText(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replace(LONE_SURROGATE, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Reads an own property; `__proto__`, `constructor` and friends are plain names here. */
export function field(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An object of some of its own members, those that are there. */
export function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name): [string, JsonValue][] => {
      const value = field(object, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The value at a path of own properties, or `undefined` as soon as a step is missing. */
export function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const key of path) current = field(asObject(current), key);
  return current;
}

/** JSON text of a value, or `undefined` when there is nothing to say (absent or null). */
export function asJsonText(value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

/** Strings of a list; scalars are written out, objects and nulls are left out. A single string is a list of one. */
export function asTextList(value: JsonValue | undefined): string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.flatMap((item) =>
    typeof item === 'string'
      ? item === ''
        ? []
        : [storableText(item)]
      : typeof item === 'number' || typeof item === 'boolean'
        ? [String(item)]
        : [],
  );
}
