/** JSON of unknown shape, taken apart piece by piece: what nobody took is left over, so that nothing gets lost. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own members only: `constructor` in a vendor's JSON is a name like any other. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function textMember(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** Says nothing: SDKs fill their models' unused members with these. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

export class Fields {
  readonly #object: JsonObject;
  readonly #taken = new Set<string>();

  constructor(object: JsonObject) {
    this.#object = object;
  }

  /** Without taking it. */
  see(name: string): unknown {
    return member(this.#object, name);
  }

  /** The first of these that is told, as long as `isWanted`. */
  take<Value>(names: readonly string[], isWanted: (value: unknown) => value is Value): Value | undefined {
    for (const name of names) {
      const value = this.see(name);
      if (this.#taken.has(name) || !isWanted(value)) continue;
      this.#taken.add(name);
      return value;
    }
    return undefined;
  }

  any(...names: readonly string[]): unknown {
    return this.take(names, (value): value is unknown => value !== undefined && value !== null);
  }

  text(...names: readonly string[]): string | undefined {
    return this.take(names, (value) => typeof value === 'string');
  }

  list(...names: readonly string[]): readonly unknown[] | undefined {
    return this.take(names, (value) => Array.isArray(value));
  }

  object(...names: readonly string[]): JsonObject | undefined {
    return this.take(names, isObject);
  }

  /** They are understood, and say nothing more. */
  drop(...names: readonly string[]): void {
    for (const name of names) this.#taken.add(name);
  }

  /** What is left, without what is empty. */
  rest(): JsonObject | undefined {
    const left = Object.entries(this.#object).filter(([name, value]) => !this.#taken.has(name) && !isEmpty(value));
    return left.length === 0 ? undefined : Object.fromEntries(left);
  }
}
