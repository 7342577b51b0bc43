/** Long texts in pieces that a browser can lay out one by one. */

/** Shown at first. */
export const SHOWN_CHARS = 20_000;
/** More with each "show more". */
export const STEP_CHARS = 2_000_000;
const PIECE_CHARS = 50_000;
/** A piece ends at a line break, if there is one in its last part. */
const BREAK_WITHIN_CHARS = 5_000;

/** Never between the halves of a surrogate pair. */
export function cutAt(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const isHalf = (text.charCodeAt(chars - 1) & 0xfc00) === 0xd800;
  return text.slice(0, isHalf ? chars - 1 : chars);
}

export function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  let from = 0;
  while (from < text.length) {
    const piece = cutAt(text.slice(from, from + PIECE_CHARS + 1), PIECE_CHARS);
    const lineEnd = piece.lastIndexOf('\n');
    const isLast = from + piece.length >= text.length;
    const end = !isLast && lineEnd >= piece.length - BREAK_WITHIN_CHARS ? lineEnd + 1 : piece.length;
    pieces.push(piece.slice(0, end));
    from += end;
  }
  return pieces;
}

/** Of the text in UTF-8, without making a copy of it. */
export function bytesOf(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    // A pair is four bytes for two units.
    if (unit > 0x7f) count += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return count;
}
