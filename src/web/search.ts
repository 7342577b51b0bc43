/** The part of the URL after `?`, as the API has it: each value is text, and a repeated name is a list. */

export type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

export function parseSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return { ...found };
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one));
  return params.size === 0 ? '' : `?${params}`;
}

/** The first value of a name. */
export function oneOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

export function allOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === 'string' && one !== '');
}

/** A page of this site: what browsers read as `//host/…` is none, and they skip tabs and line breaks to find it. */
export function isOwnPath(text: string): boolean {
  return /^\/(?![/\\\t\n\r])/.test(text);
}

/** Whether a page is of this project, or of no project at all. */
export function isPageFor(projectId: string, path: string): boolean {
  const [, named] = /^\/p\/([^/?#]*)/.exec(path) ?? [];
  return named === undefined || named === projectId;
}
