/** A statement takes about 32000 values; a thousand keep it small and quick to prepare. */
const PIECE = 1000;

export function* inPieces<T>(items: readonly T[]): Generator<T[]> {
  for (let i = 0; i < items.length; i += PIECE) yield items.slice(i, i + PIECE);
}
