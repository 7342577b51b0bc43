/** The versions of an agent next to each other, each compared with the one before it. */

import type { z } from 'zod';
import type { AgentBody } from '../../../query/list-agents.ts';
import { AMOUNT, type Change, changeOf, changeOfRate, PRICE, ratio, SPEED } from '../../charts/change.ts';
import { duration, percent, shortNumber, usd, wholeNumber } from '../../ui/format.ts';

export type Agent = z.output<typeof AgentBody>;
export type Version = Agent['versions'][number];
/** What the agent and each of its versions have. */
export type Counted = Omit<Agent, 'agentName' | 'versions'>;

const NUMBERED = /^v?\d+([.\-+_]\w+)*$/i;
const byNumber = new Intl.Collator('en', { numeric: true });

/** The newest first. By their numbers where all have one, else by when they were first seen; what names none is last. */
export function newestFirst(versions: readonly Version[]): readonly Version[] {
  const named = versions.filter(({ agentVersion }) => agentVersion !== null);
  const isNumbered = named.every(({ agentVersion }) => NUMBERED.test(agentVersion ?? ''));
  const compare = (a: Version, b: Version) =>
    isNumbered
      ? byNumber.compare(b.agentVersion ?? '', a.agentVersion ?? '')
      : Date.parse(b.firstSeen) - Date.parse(a.firstSeen) || Date.parse(b.lastSeen) - Date.parse(a.lastSeen);
  return [...[...named].sort(compare), ...versions.filter(({ agentVersion }) => agentVersion === null)];
}

/** The version before, of those in the order of `newestFirst`. Traces without a version are not one. */
export function versionBefore(versions: readonly Version[], place: number): Version | undefined {
  const before = versions[place + 1];
  return versions[place]?.agentVersion === null || before?.agentVersion === null ? undefined : before;
}

export interface Measure {
  readonly id: string;
  readonly label: string;
  readonly figureOf: (counted: Counted) => number | null;
  readonly show: (value: number | null) => string;
  readonly change: (now: number | null, before: number | null) => Change | undefined;
  /** Of the bar. */
  readonly tone: 'accent' | 'error';
}

const amount = (now: number | null, before: number | null) => changeOf(now, before, AMOUNT);
const speed = (now: number | null, before: number | null) => changeOf(now, before, SPEED);

export const MEASURES: readonly Measure[] = [
  { ...measure('traces', 'Traces', ({ traceCount }) => traceCount, wholeNumber), change: amount },
  {
    ...measure(
      'errors',
      'Error rate',
      ({ failingTraceCount, traceCount }) => ratio(failingTraceCount, traceCount),
      percent,
    ),
    change: (now, before) => changeOfRate(now, before, 'less'),
    tone: 'error',
  },
  { ...measure('p50', 'Latency p50', ({ p50DurationMs }) => p50DurationMs, duration), change: speed },
  { ...measure('p95', 'Latency p95', ({ p95DurationMs }) => p95DurationMs, duration), change: speed },
  { ...measure('p99', 'Latency p99', ({ p99DurationMs }) => p99DurationMs, duration), change: speed },
  {
    ...measure('cost-each', 'Cost per trace', ({ costUsd, traceCount }) => ratio(costUsd, traceCount), usd),
    change: price,
  },
  { ...measure('cost', 'Cost', ({ costUsd }) => costUsd, usd), change: amount },
  {
    ...measure(
      'tokens-each',
      'Tokens per trace',
      ({ usage, traceCount }) => ratio(usage.totalTokens, traceCount),
      shortNumber,
    ),
    change: amount,
  },
  { ...measure('tokens', 'Tokens', ({ usage }) => usage.totalTokens, shortNumber), change: amount },
];

function price(now: number | null, before: number | null): Change | undefined {
  return changeOf(now, before, PRICE);
}

function measure(
  id: string,
  label: string,
  figureOf: Measure['figureOf'],
  show: (value: number | null) => string,
): Omit<Measure, 'change'> {
  return { id, label, figureOf, show, tone: 'accent' };
}

/** Of the largest among the versions, for a bar. */
export function shareOfLargest({ figureOf }: Measure, versions: readonly Version[], one: Version): number | null {
  const largest = versions.reduce((most, version) => Math.max(most, figureOf(version) ?? 0), 0);
  return largest === 0 ? null : ratio(figureOf(one), largest);
}
