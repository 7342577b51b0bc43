/** Comparing what is expected with what is there. Every difference is a line that a person can act on. */

/** Stands for any value: generated ids, times, words of messages. */
export const ANY = '<any>';
/** As a key with the value true: the object may have more keys than the expectation lists. */
const MORE = '<more>';
const SHOWN_CHARS_MAX = 300;

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lines `<path>: expected …, got …`; none when `actual` is as expected. */
export function differences(expected: unknown, actual: unknown, path: string): string[] {
  if (expected === ANY) return actual === undefined ? [`${path}: expected any value, got nothing`] : [];
  if (isObject(expected) && isObject(actual)) {
    const isOpen = expected[MORE] === true;
    const keys = new Set([...Object.keys(expected), ...(isOpen ? [] : Object.keys(actual))]);
    keys.delete(MORE);
    return [...keys].flatMap((key) =>
      differences(own(expected, key), own(actual, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length)
    return expected.flatMap((item, i) => differences(item, actual[i], `${path}[${i}]`));
  return canonical(expected) === canonical(actual) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

/** Only the keys that the expectation lists; the others may be anything. */
export function listedDifferences(expected: Json, actual: Json, path: string): string[] {
  return Object.keys(expected).flatMap((key) => differences(expected[key], own(actual, key), `${path}.${key}`));
}

/** JSON with sorted keys: equal values have equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'nothing';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}

export interface Pairing<E, A> {
  readonly pairs: readonly (readonly [E, A])[];
  readonly missing: readonly E[];
  readonly unexpected: readonly A[];
}

/**
 * Pairs what is expected with what is there: first by id, then, where the id is a wildcard, with the first one that has
 * no difference, and what is left in the order given, so that a difference is reported against the likely counterpart.
 */
export function pairUp<E, A>(
  expected: readonly E[],
  actual: readonly A[],
  idOf: { readonly expected: (item: E) => unknown; readonly actual: (item: A) => unknown },
  isEqual: (expected: E, actual: A) => boolean,
): Pairing<E, A> {
  const rest = new Set(actual);
  const pairs: [E, A][] = [];
  const take = (item: E, isIt: (candidate: A) => boolean): boolean => {
    const found = [...rest].find(isIt);
    if (found === undefined) return false;
    rest.delete(found);
    pairs.push([item, found]);
    return true;
  };
  const named = expected.filter((item) => idOf.expected(item) !== ANY);
  const missing = named.filter((item) => !take(item, (candidate) => idOf.actual(candidate) === idOf.expected(item)));
  const nameless = expected.filter((item) => idOf.expected(item) === ANY);
  const different = nameless.filter((item) => !take(item, (candidate) => isEqual(item, candidate)));
  missing.push(...different.filter((item) => !take(item, () => true)));
  return { pairs, missing, unexpected: [...rest] };
}

/** An own property: expectations have keys like `__proto__`. */
function own(object: Json, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
