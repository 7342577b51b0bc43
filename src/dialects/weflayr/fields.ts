/**
 * The fields of a free-form body. A Weflayr event mixes the envelope, the call's own arguments and whatever the user's
 * middleware adds in one object (`protocols/weflayr.md` 5.3), so a name proves nothing: a field counts as understood
 * only when its value could be read, and everything else stays visible as a parameter of the call.
 */

import { field, type JsonObject, type JsonValue } from '../../canonical/json.ts';

export class Fields {
  readonly #body: JsonObject;
  readonly #taken = new Set(['event_id', 'event_type']);

  constructor(body: JsonObject) {
    this.#body = body;
  }

  /** Reads a field; when the reader makes sense of it, it no longer counts among the rest. */
  take<T>(name: string, read: (value: JsonValue | undefined) => T | undefined): T | undefined {
    const result = read(field(this.#body, name));
    if (result !== undefined) this.#taken.add(name);
    return result;
  }

  /** The first of several fields that can be read. */
  takeFirst<T>(names: readonly string[], read: (value: JsonValue | undefined) => T | undefined): T | undefined {
    for (const name of names) {
      const result = this.take(name, read);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Nobody's fields, in the order sent. Nulls are left out: generation 2 sends null for bytes. */
  rest(): JsonObject | undefined {
    const left = Object.entries(this.#body).filter(([name, value]) => !this.#taken.has(name) && value !== null);
    return left.length === 0 ? undefined : Object.fromEntries(left);
  }
}
