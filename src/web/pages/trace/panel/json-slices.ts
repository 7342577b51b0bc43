/**
 * The text of parts of a JSON text. An event's payload comes byte for byte as it was sent; parsing it would lose the
 * spelling of numbers, repeated names and escapes. Expects text that `JSON.parse` has accepted. The server has the same
 * for its side (src/canonical/json-text.ts), which pages must not import.
 */

const SPACE = /\s*/y;
const SCALAR = /[^\s,\]}]*/y;
const BRACE_OR_QUOTE = /[{}[\]"]/g;

function skipSpace(text: string, from: number): number {
  SPACE.lastIndex = from;
  return from + (SPACE.exec(text)?.[0].length ?? 0);
}

/** Behind the string that begins at `from`. */
function skipString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  for (; end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return skipString(text, from);
  if (first !== '{' && first !== '[') {
    SCALAR.lastIndex = from;
    return from + (SCALAR.exec(text)?.[0].length ?? 0);
  }
  let depth = 0;
  for (let at = from; at < text.length; ) {
    BRACE_OR_QUOTE.lastIndex = at;
    const found = BRACE_OR_QUOTE.exec(text);
    if (found === null) break;
    if (found[0] === '"') {
      at = skipString(text, found.index);
      continue;
    }
    depth += found[0] === '{' || found[0] === '[' ? 1 : -1;
    at = found.index + 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function behindComma(text: string, at: number): number {
  const next = skipSpace(text, at);
  return text[next] === ',' ? skipSpace(text, next + 1) : next;
}

/** Of a list, in order. */
export function elementTexts(text: string): readonly string[] {
  const elements: string[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return elements;
  at = skipSpace(text, at + 1);
  while (at < text.length && text[at] !== ']') {
    const end = skipValue(text, at);
    elements.push(text.slice(at, end));
    at = behindComma(text, end);
  }
  return elements;
}

/** Of the member of an object; of several with one name the last, as for `JSON.parse`. */
export function memberText(text: string, name: string): string | undefined {
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return undefined;
  at = skipSpace(text, at + 1);
  let found: string | undefined;
  while (text[at] === '"') {
    const nameEnd = skipString(text, at);
    const isWanted = JSON.parse(text.slice(at, nameEnd)) === name;
    at = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, at);
    if (isWanted) found = text.slice(at, end);
    at = behindComma(text, end);
  }
  return found;
}
