/** The values of a facet keep their places while their counts change: what somebody is about to click does not move. */

export interface CountedValue {
  readonly value: string;
  readonly count: number;
}

/**
 * `before`: what was shown. Values that no trace has any more stay with 0, until others need their place. Chosen ones always
 * stay, or nobody could unchoose them.
 */
export function settled(
  before: readonly string[],
  now: readonly CountedValue[],
  chosen: readonly string[],
  valuesMax: number,
): readonly CountedValue[] {
  const counts = new Map(now.map(({ value, count }) => [value, count]));
  const values = [...new Set([...before, ...now.map(({ value }) => value), ...chosen])];
  const rows = values.map((value) => ({ value, count: counts.get(value) ?? 0 }));
  const spare = rows.filter(({ value }) => !chosen.includes(value)).reverse();
  const leaving = [...spare.filter(({ count }) => count === 0), ...spare.filter(({ count }) => count > 0)];
  const gone = new Set(leaving.slice(0, Math.max(rows.length - valuesMax, 0)));
  return rows.filter((row) => !gone.has(row));
}
