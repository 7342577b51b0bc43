/**
 * Text that came in with an event. It may hold anything: characters that turn the reading direction of what follows,
 * invisible ones, a megabyte without a space. React escapes markup; this takes care of the rest.
 */

/**
 * Controls, direction marks, overrides and isolates, invisible separators, and tag characters, which models read as letters
 * and people do not see: shown as what they are. Line breaks and tabs stay; so do joiners, which scripts and emoji need.
 */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

export function visibleText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(INVISIBLE, escaped);
}

/** As JavaScript writes it. */
function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** On one line, cut after so many characters. */
export function oneLine(text: string, charsMax = 300): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax).toWellFormed()}…` : text;
  return visibleText(cut.replace(/\s+/g, ' '));
}

/** A name, an id, a message in a line. `bdi`: a right-to-left name does not reorder its surroundings. */
export function Name({
  text,
  none = '–',
  charsMax = 300,
}: {
  text: string | null | undefined;
  none?: string;
  charsMax?: number;
}) {
  if (text === null || text === undefined || text === '') return <span className="none">{none}</span>;
  return <bdi title={text.length > 40 ? oneLine(text, 1000) : undefined}>{oneLine(text, charsMax)}</bdi>;
}

/** Only these may be followed; `undefined` for anything else, which is then shown as text. */
export function safeUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  try {
    const { protocol, href } = new URL(text);
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}
