export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without its undefined members: optional fields of the canonical types are absent, never undefined. */
export function present<T extends object>(object: T): Present<T> {
  const result: Partial<T> = {};
  for (const key in object) if (object[key] !== undefined) result[key] = object[key];
  // `Partial` still admits undefined, which the condition above has kept out.
  return result as Present<T>;
}
