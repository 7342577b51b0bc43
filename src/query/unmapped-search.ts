/**
 * Which fields of an event nothing comes of: it is mapped once more without each of them, and with another value, and
 * neither makes a difference. No dialect has to tell what it reads, so none can forget to.
 */

import { isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { unmappedDepthMax, unmappedPathsMax } from '../limits.ts';
import { type Member, membersOf, nameOf, type Path } from './unmapped-paths.ts';

export interface Findings {
  /** Fields that make a difference. */
  readonly mapped: ReadonlySet<string>;
  readonly unmapped: ReadonlyMap<string, Path>;
  /** Objects and lists that are shown as they are, with all that is in them. */
  readonly whole: ReadonlySet<string>;
}

/** A member that no client sends. */
const STRANGE = 'tributary_unmapped_probe';

type Steps = Generator<undefined, Findings>;
type Keys = readonly (string | number)[];

/** Yields after every mapping, so that the caller can let others run. */
export function* searchUnmapped(event: JsonObject, said: (event: JsonObject) => string): Steps {
  const search = new Search(event, said);
  yield* search.visit(event, [], [], true);
  const { mapped, whole } = search;
  const unmapped = new Map([...search.unmapped].filter(([name]) => !mapped.has(name)));
  return { mapped, unmapped, whole };
}

class Search {
  readonly unmapped = new Map<string, Path>();
  /** In one element of a list a field may count that does not in another. */
  readonly mapped = new Set<string>();
  readonly whole = new Set<string>();
  readonly #event: JsonObject;
  readonly #said: (event: JsonObject) => string;
  readonly #before: string;
  #looked = 0;

  constructor(event: JsonObject, said: (event: JsonObject) => string) {
    this.#event = event;
    this.#said = said;
    this.#before = said(event);
  }

  *visit(value: JsonValue, path: Path, keys: Keys, isDeep: boolean): Generator<undefined, void> {
    for (const member of membersOf(value)) {
      if (this.#looked >= unmappedPathsMax) return;
      this.#looked += 1;
      yield* this.#look(member, [...path, member.step], [...keys, member.key], isDeep);
    }
  }

  *#look(member: Member, path: Path, keys: Keys, isDeep: boolean): Generator<undefined, void> {
    const { value } = member;
    // An element of a list is no field; its members are.
    const counts = member.step === '[]' || this.#differs(keys, undefined) || (yield* this.#differsWith(keys, value));
    yield;
    if (!counts) {
      this.unmapped.set(nameOf(path), path);
      return;
    }
    this.mapped.add(nameOf(path));
    if (!isDeep || typeof value !== 'object' || path.length >= unmappedDepthMax) return;
    const isWhole = this.#isWhole(keys, value);
    yield;
    if (isWhole) this.whole.add(nameOf(path));
    // What a whole object has is shown, but for the members that are taken out of it.
    if (!isWhole || isObject(value)) yield* this.visit(value, path, keys, !isWhole);
  }

  /** Whether anything inside makes a difference, for what is not missed as a whole: `false` may say what absence says. */
  *#differsWith(keys: Keys, value: JsonValue): Generator<undefined, boolean> {
    if (typeof value === 'object') {
      for (const member of membersOf(value))
        if (yield* this.#differsWith([...keys, member.key], member.value)) return true;
      return false;
    }
    yield;
    this.#looked += 1;
    if (this.#looked > unmappedPathsMax) return true;
    return this.#differs(keys, otherThan(value));
  }

  /** A list is when its first object is. */
  #isWhole(keys: Keys, value: JsonValue): boolean {
    if (isObject(value)) return this.#differs(keys, { ...value, [STRANGE]: STRANGE });
    if (!Array.isArray(value)) return false;
    const index = value.findIndex(isObject);
    const first = value[index];
    if (index === -1 || !isObject(first)) return true;
    return this.#differs([...keys, index], { ...first, [STRANGE]: STRANGE });
  }

  #differs(keys: Keys, value: JsonValue | undefined): boolean {
    const changed = replaced(this.#event, keys, value);
    return !isObject(changed) || this.#said(changed) !== this.#before;
  }
}

function otherThan(value: string | number | boolean): JsonValue {
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 1 : `${value}x`;
}

/** A copy with another value there, or without it. */
function replaced(value: JsonValue, [key, ...rest]: Keys, by: JsonValue | undefined): JsonValue | undefined {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.flatMap((item, i) => {
      if (i !== key) return [item];
      const changed = replaced(item, rest, by);
      return changed === undefined ? [] : [changed];
    });
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, JsonValue][] => {
      const changed = name === key && member !== undefined ? replaced(member, rest, by) : member;
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}
