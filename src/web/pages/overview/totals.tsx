/** The range in single figures, each next to what it was in the time before. */

import { keepPreviousData } from '@tanstack/react-query';
import type { z } from 'zod';
import type { metricTotalsRoute, TotalsBody } from '../../../query/metric-totals.ts';
import { useAnswer } from '../../api/project.tsx';
import { RANGES, useTimeRange } from '../../api/time-range.ts';
import { AMOUNT, type Change, type ChangeWords, changeOf, changeOfRate, ratio, SPEED } from '../../charts/change.ts';
import { ChangeText } from '../../charts/figures.tsx';
import { duration, percent, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import { Answered, Stat, Stats } from '../../ui/page.tsx';
import { FRESH_MS } from './fresh.ts';
import { NothingHere } from './nothing-here.tsx';
import styles from './overview.module.css';

type Totals = z.output<typeof TotalsBody>;

export function TotalsRow() {
  const { from, to, fromMs, toMs, name } = useTimeRange();
  const length = name === undefined ? toMs - fromMs : RANGES[name].ms;
  const now = useAnswer<typeof metricTotalsRoute>(
    '/metrics/totals',
    { query: { from, to } },
    { placeholderData: keepPreviousData, staleTime: FRESH_MS },
  );
  const before = useAnswer<typeof metricTotalsRoute>(
    '/metrics/totals',
    { query: { from: new Date(fromMs - length).toISOString(), to: from } },
    // Nice to have: it waits for what matters more.
    { enabled: now.isSuccess && !now.isPlaceholderData, placeholderData: keepPreviousData, staleTime: FRESH_MS },
  );
  if (now.isPending) return <Waiting />;
  return (
    <Answered asked={now} lines={2}>
      {(totals) =>
        totals.traceCount === 0 && totals.spanCount === 0 ? (
          <NothingHere />
        ) : (
          <Figures now={totals} before={before.data} />
        )
      }
    </Answered>
  );
}

const LABELS = ['Requests', 'With errors', 'Tokens', 'Cost', 'Latency p50', 'Latency p95', 'Latency p99'] as const;

/** As high as the figures will be: the charts below keep their places. */
function Waiting() {
  return (
    <div className={styles.totals} aria-busy="true">
      <Stats>
        {LABELS.map((label) => (
          <Stat key={label} label={label} value={'\u00a0'} detail={<Detail change={undefined} />} />
        ))}
      </Stats>
      <p className={styles.note}>{'\u00a0'}</p>
    </div>
  );
}

function Figures({ now, before }: { now: Totals; before: Totals | undefined }) {
  const change = (figure: (totals: Totals) => number | null, words: ChangeWords) =>
    before === undefined ? undefined : changeOf(figure(now), figure(before), words);
  const failing = ratio(now.failingTraceCount, now.traceCount);
  const { usage } = now;
  return (
    <div className={styles.totals}>
      <Stats>
        <Stat
          label="Requests"
          value={wholeNumber(now.traceCount)}
          detail={<Detail change={change((totals) => totals.traceCount, AMOUNT)} />}
        />
        <Stat
          label="With errors"
          value={percent(failing)}
          tone={now.failingTraceCount > 0 ? 'error' : undefined}
          detail={
            <Detail
              text={`${wholeNumber(now.failingTraceCount)} · ${wholeNumber(now.errorCount)} failed spans`}
              change={
                before === undefined
                  ? undefined
                  : changeOfRate(failing, ratio(before.failingTraceCount, before.traceCount), 'less')
              }
            />
          }
        />
        <Stat
          label="Tokens"
          value={<span title={wholeNumber(usage.totalTokens)}>{shortNumber(usage.totalTokens)}</span>}
          detail={
            <Detail
              text={`${shortNumber(usage.inputTokens)} in · ${shortNumber(usage.outputTokens)} out`}
              change={change((totals) => totals.usage.totalTokens, AMOUNT)}
            />
          }
        />
        <Stat
          label="Cost"
          value={usd(now.costUsd)}
          detail={<Detail change={change((totals) => totals.costUsd, AMOUNT)} />}
        />
        <Stat
          label="Latency p50"
          value={duration(now.p50DurationMs)}
          detail={<Detail change={change((totals) => totals.p50DurationMs, SPEED)} />}
        />
        <Stat
          label="Latency p95"
          value={duration(now.p95DurationMs)}
          detail={<Detail change={change((totals) => totals.p95DurationMs, SPEED)} />}
        />
        <Stat
          label="Latency p99"
          value={duration(now.p99DurationMs)}
          detail={<Detail change={change((totals) => totals.p99DurationMs, SPEED)} />}
        />
      </Stats>
      <p className={styles.note}>Compared with as long a time before.</p>
    </div>
  );
}

/** Two lines, always, so that nothing moves when the comparison comes. */
function Detail({ text, change }: { text?: string; change: Change | undefined }) {
  return (
    <>
      <span className={styles.detailLine}>{text ?? '\u00a0'}</span>
      <span className={styles.detailLine}>{change === undefined ? '\u00a0' : <ChangeText change={change} />}</span>
    </>
  );
}
