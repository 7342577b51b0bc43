/** Where a cycle of a crash run ends: at a random moment, or at a point that the seed has chosen. */

export type Plan =
  /** After this time of serving. */
  | { readonly kind: 'random'; readonly afterMs: number }
  /** While the engine merges parts. */
  | { readonly kind: 'merge' }
  /** While it starts, this time after the start of the process. */
  | { readonly kind: 'starting'; readonly afterMs: number }
  | {
      readonly kind: 'aimed';
      readonly point: string;
      readonly when: string;
      readonly nth: number;
      readonly fills: boolean;
    };

const ALL = ['before', 'during', 'after'];
/** A point, the most calls to let pass, and what of the call to die in. See failpoints.cjs. */
const POINTS: readonly (readonly [point: string, nthMax: number, whens: readonly string[]])[] = [
  ['log-write', 30, ALL],
  ['log-sync', 30, ALL],
  ['segment-open', 1, ALL],
  ['directory-sync', 2, ALL],
  ['checkpoint-write', 2, ALL],
  ['checkpoint-rename', 2, ALL],
  ['segment-release', 1, ALL],
  ['store-handover', 6, ALL],
  ['insert-trace_aliases', 1, ALL],
  ['insert-spans', 4, ALL],
  ['insert-events', 4, ALL],
  ['store-delete', 1, ALL],
  ['registry-write', 3, ['before', 'after']],
];
/** Of the segment that comes when one is full: the first is opened, and its directory synced, by the first request. */
const ROLLS: readonly (readonly [point: string, nth: number])[] = [
  ['segment-open', 2],
  ['directory-sync', 3],
];
const STARTS_IN_A_ROW_MAX = 4;
const SHARES = { random: 0.2, merge: 0.15, starting: 0.12, roll: 0.05 };

/** The plans of a run, cycle by cycle; the points take turns, so that a short run sees most of them. */
export function* plans(rng: () => number): Generator<Plan, never> {
  let next = Math.floor(rng() * POINTS.length);
  for (;;) {
    const luck = rng();
    const kind = luck < SHARES.random ? 'random' : luck < SHARES.random + SHARES.merge ? 'merge' : luck;
    if (kind === 'random') yield { kind, afterMs: 30 + rng() * 1200 };
    else if (kind === 'merge') yield { kind };
    else if (kind < SHARES.random + SHARES.merge + SHARES.starting)
      for (let left = 1 + Math.floor(rng() * STARTS_IN_A_ROW_MAX); left > 0; left -= 1)
        yield { kind: 'starting', afterMs: 100 + rng() * 1400 };
    else if (kind < SHARES.random + SHARES.merge + SHARES.starting + SHARES.roll) {
      const [point, nth] = pick(rng, ROLLS);
      yield { kind: 'aimed', point, nth, when: pick(rng, ALL), fills: true };
    } else {
      const [point, nthMax, whens] = POINTS[next % POINTS.length] ?? pick(rng, POINTS);
      next += 1;
      yield { kind: 'aimed', point, nth: 1 + Math.floor(rng() * nthMax), when: pick(rng, whens), fills: false };
    }
  }
}

function pick<T>(rng: () => number, items: readonly T[]): T {
  const item = items[Math.floor(rng() * items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

export function nameOf(plan: Plan): string {
  if (plan.kind !== 'aimed') return plan.kind;
  return `${plan.point}${plan.fills ? ' (full segment)' : ''}, ${plan.when}`;
}
