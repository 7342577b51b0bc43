/**
 * A payload as text, and no more of it than is wanted. Written with a stack of its own, so that neither ten thousand
 * levels nor a megabyte in one line cost more than what is shown.
 */

/** `{"model":"gpt-4o","messages":[…` of at most so many characters. */
export function payloadText(payload: unknown, charsMax: number): string {
  const parts: string[] = [];
  let length = 0;
  for (const part of pieces(payload, charsMax)) {
    parts.push(part);
    length += part.length;
    if (length > charsMax) break;
  }
  const text = parts.join('');
  return text.length > charsMax ? `${text.slice(0, charsMax).toWellFormed()}…` : text;
}

/** Of the text, counted no further than `charsMax`. */
export function textLength(payload: unknown, charsMax: number): number {
  let length = 0;
  // Texts are not copied to be counted.
  for (const part of pieces(payload, 0)) {
    length += part.length;
    if (length >= charsMax) return charsMax;
  }
  return length;
}

interface Open {
  readonly close: string;
  readonly entries: Iterator<readonly [name: string | undefined, value: unknown]>;
  isFirst: boolean;
}

/** Tokens of JSON. Of a text more than `cutChars` only its beginning is quoted; 0 gives it as it is, unquoted. */
function* pieces(payload: unknown, cutChars: number): Generator<string> {
  const open: Open[] = [];
  const begin = (value: unknown): string => {
    if (typeof value === 'string') return cutChars === 0 ? value : JSON.stringify(value.slice(0, cutChars + 1));
    if (typeof value !== 'object' || value === null) return String(value);
    const isList = Array.isArray(value);
    open.push({ close: isList ? ']' : '}', entries: isList ? elements(value) : members(value), isFirst: true });
    return isList ? '[' : '{';
  };
  yield begin(payload);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.entries.next();
    if (next.done === true) {
      open.pop();
      yield top.close;
      continue;
    }
    const [name, value] = next.value;
    if (!top.isFirst) yield ',';
    top.isFirst = false;
    if (name !== undefined) yield `${begin(name)}:`;
    yield begin(value);
  }
}

function* elements(list: readonly unknown[]): Generator<readonly [undefined, unknown]> {
  for (const value of list) yield [undefined, value];
}

function* members(object: object): Generator<readonly [string, unknown]> {
  for (const name in object)
    if (Object.hasOwn(object, name)) yield [name, (object as Readonly<Record<string, unknown>>)[name]];
}
