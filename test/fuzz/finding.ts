/** A property that an input breaks. */
export class Finding extends Error {
  /** Short and without parts of the input, so that alike findings have one name: `draft: span id is empty`. */
  readonly property: string;

  constructor(property: string, detail = '') {
    super(detail === '' ? property : `${property}: ${detail.slice(0, 2000)}`);
    this.name = 'Finding';
    this.property = property;
  }
}

export function must(holds: boolean, property: string, detail: () => unknown = () => ''): asserts holds {
  if (holds) return;
  const told = detail();
  throw new Finding(property, typeof told === 'string' ? told : (JSON.stringify(told) ?? String(told)));
}

/** The same name for what was thrown, wherever in the input it came from. */
export function propertyOf(error: unknown): string {
  if (error instanceof Finding) return error.property;
  if (!(error instanceof Error)) return 'throws something';
  const place = /\n\s+at (?:async )?(\S+ )?\(?.*?((?:src|node_modules)\/[^):]+)/.exec(error.stack ?? '');
  return `throws ${error.name} in ${place?.[1]?.trim() ?? ''} ${place?.[2] ?? 'unknown place'}`;
}
