/** Replacements in a text. What they do not touch stays as it is, to the byte. */

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Overlapping edits become one over both, with the text of the first: nothing that either would take out stays. */
export function applied(text: string, edits: readonly Edit[]): string {
  const inOrder = [...edits].sort((a, b) => a.from - b.from);
  const parts: string[] = [];
  let copied = 0;
  let reached = 0;
  for (const edit of inOrder) {
    if (edit.from >= reached) {
      parts.push(text.slice(copied, edit.from), edit.text);
      reached = edit.to;
    } else reached = Math.max(reached, edit.to);
    copied = reached;
  }
  parts.push(text.slice(copied));
  return parts.join('');
}

/** Edits of a string's value as edits of its JSON text: `raw` is what stands between the quotes, at `offset`. */
export function escapedEdits(raw: string, offset: number, edits: readonly Edit[]): Edit[] {
  if (edits.length === 0) return [];
  const places = raw.includes('\\') ? placesOf(raw) : undefined;
  const place = (index: number) => offset + (places === undefined ? index : (places[index] ?? raw.length));
  return edits.map(({ from, to, text }) => ({
    from: place(from),
    to: place(to),
    text: JSON.stringify(text).slice(1, -1),
  }));
}

/** Where in the JSON text each character of the value stands, and where the text ends. */
function placesOf(raw: string): number[] {
  const places: number[] = [];
  let at = 0;
  while (at < raw.length) {
    places.push(at);
    if (raw[at] === '\\') at += raw[at + 1] === 'u' ? 6 : 2;
    else at += 1;
  }
  places.push(raw.length);
  return places;
}
