/** What a pattern finds in a text: `from` is included, `to` is not. */
export interface Found {
  readonly from: number;
  readonly to: number;
}

/** All that a pattern finds, in order and apart. Takes time linear in the text. */
export type Find = (text: string) => Found[];

export interface Pattern {
  readonly find: Find;
  /** False when `find` finds nothing in any part of the text, provided that no character of it is escaped. */
  readonly mayOccurIn: (text: string) => boolean;
  /** The shortest text that is found. */
  readonly charsMin: number;
  /** What two spellings of one value have in common; hashes are made of it. */
  readonly canonical: (value: string) => string;
  /** A slow pattern, whose matches are no longer: long texts are searched in pieces, others get their turn in between. */
  readonly matchCharsMax?: number;
}

/** The places of a regular expression that is linear: no two ways to match the same text, or bounded repeats. */
export function finder(expression: RegExp): Find {
  const global = new RegExp(expression.source, `${expression.flags}g`);
  return (text) => {
    const found: Found[] = [];
    global.lastIndex = 0;
    for (let match = global.exec(text); match !== null; match = global.exec(text)) {
      // Of a match with brackets only what is in them, which is never empty and stands last but for fixed words.
      const [whole, group] = match;
      const from = match.index + (group === undefined ? 0 : whole.lastIndexOf(group));
      found.push({ from, to: from + (group ?? whole).length });
    }
    return found;
  };
}
