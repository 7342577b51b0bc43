/** How a figure differs from the one before it, in words. */

export interface Change {
  /** `12% slower` */
  readonly text: string;
  /** Absent where nobody can say what is good: more requests are neither. */
  readonly verdict?: 'better' | 'worse';
}

export interface ChangeWords {
  readonly more: string;
  readonly less: string;
  readonly good?: 'more' | 'less';
}

export const AMOUNT: ChangeWords = { more: 'more', less: 'less' };
export const FAULTS: ChangeWords = { more: 'more', less: 'less', good: 'less' };
export const SPEED: ChangeWords = { more: 'slower', less: 'faster', good: 'less' };
export const PRICE: ChangeWords = { more: 'dearer', less: 'cheaper', good: 'less' };

/** Smaller ones are noise on a screen. */
const SHARE_MIN = 0.005;
/** Beyond it a factor is easier to grasp than a percentage. */
const FACTOR_MIN = 3;

/** `undefined` where one of the two is not known. */
export function changeOf(
  now: number | null | undefined,
  before: number | null | undefined,
  words: ChangeWords,
): Change | undefined {
  if (now === null || now === undefined || before === null || before === undefined) return undefined;
  if (before === 0) return now === 0 ? { text: 'as before' } : { text: 'none before', ...verdict('more', words) };
  const share = now / before - 1;
  if (Math.abs(share) < SHARE_MIN) return { text: 'as before' };
  const way = share > 0 ? 'more' : 'less';
  const size =
    now / before >= FACTOR_MIN
      ? `${rounded(now / before)}× before`
      : `${rounded(Math.abs(share) * 100)}% ${words[way]}`;
  return { text: size, ...verdict(way, words) };
}

/** Of rates, such as 0.05: in points of a percentage, because "20% more" of a percentage says two things. */
export function changeOfRate(now: number | null, before: number | null, good: 'more' | 'less'): Change | undefined {
  if (now === null || before === null) return undefined;
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return { text: 'as before' };
  const way = points > 0 ? 'more' : 'less';
  const word = way === 'more' ? 'higher' : 'lower';
  return { text: `${rounded(Math.abs(points))} points ${word}`, ...verdict(way, { more: '', less: '', good }) };
}

function verdict(way: 'more' | 'less', { good }: ChangeWords): Pick<Change, 'verdict'> {
  return good === undefined ? {} : { verdict: way === good ? 'better' : 'worse' };
}

function rounded(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
}

/** `undefined` rather than a division by nothing. */
export function ratio(part: number | null, whole: number): number | null {
  return part === null || whole === 0 ? null : part / whole;
}
