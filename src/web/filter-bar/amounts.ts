/** Amounts with their units, as they are typed into a filter: `2s`, `$0.05`, `10k`. Printed ones parse to the same number. */

export type Unit = 'ms' | 'usd' | 'count';

const SECOND = 1000;
const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  sec: SECOND,
  m: 60 * SECOND,
  min: 60 * SECOND,
  h: 3600 * SECOND,
  d: 86_400 * SECOND,
};
const COUNTS: Readonly<Record<string, number>> = { k: 1000, m: 1_000_000, b: 1_000_000_000 };

/** `undefined` where it is no amount of this unit. A duration without a unit is in seconds. */
export function parseAmount(unit: Unit, text: string): number | undefined {
  const found = /^\$?\s*(\d[\d,]*\.?\d*|\.\d+)\s*([a-z]*)$/i.exec(text.trim());
  if (found === null || (text.trim().startsWith('$') && unit !== 'usd')) return undefined;
  const amount = Number((found[1] ?? '').replaceAll(',', ''));
  const suffix = (found[2] ?? '').toLowerCase();
  if (!Number.isFinite(amount)) return undefined;
  if (unit === 'usd') return suffix === '' || suffix === 'usd' ? amount : undefined;
  const factors = unit === 'ms' ? DURATIONS : COUNTS;
  if (suffix === '') return unit === 'ms' ? exact(amount * SECOND) : amount;
  const factor = Object.hasOwn(factors, suffix) ? factors[suffix] : undefined;
  return factor === undefined ? undefined : exact(amount * factor);
}

/** Without the noise of binary fractions: 1.1 × 1000 is 1100.0000000000001. */
function exact(amount: number): number {
  return Number(amount.toPrecision(15));
}

export function printAmount(unit: Unit, amount: number): string {
  if (unit === 'usd') return `$${plain(amount)}`;
  if (unit === 'count') {
    if (amount >= 1_000_000 && amount % 100_000 === 0) return `${plain(amount / 1_000_000)}M`;
    return amount >= 1000 && amount % 100 === 0 ? `${plain(amount / 1000)}k` : plain(amount);
  }
  if (amount >= 3600 * SECOND && amount % (3600 * SECOND) === 0) return `${plain(amount / (3600 * SECOND))}h`;
  if (amount >= 60 * SECOND && amount % (60 * SECOND) === 0) return `${plain(amount / (60 * SECOND))}m`;
  return amount >= SECOND && Number.isInteger(amount) ? `${plain(amount / SECOND)}s` : `${plain(amount)}ms`;
}

/** Never as `1e-7`, which nobody types. */
function plain(amount: number): string {
  const text = String(amount);
  return text.includes('e') ? amount.toFixed(15).replace(/\.?0+$/, '') : text;
}
