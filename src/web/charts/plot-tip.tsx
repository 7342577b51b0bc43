/** What the bucket under the pointer holds, of all lines. The same figures are in the table of the chart, for everybody. */

import { Name } from '../ui/untrusted.tsx';
import styles from './chart.module.css';
import type { PlotProps } from './plot.tsx';
import { Swatch } from './swatch.tsx';
import { bucketLabel } from './ticks.ts';

const ROWS_MAX = 10;

export function PlotTip({
  chart,
  kind,
  colours,
  format,
  bucket,
  left,
  width,
}: PlotProps & { bucket: number; left: number; width: number }) {
  const { starts, stepMs, lines } = chart;
  const rows = lines
    .map(({ key, label, values }, place) => ({
      key,
      label,
      value: values[bucket] ?? null,
      colour: colours[place] ?? '',
    }))
    .filter(({ value }) => (kind === 'bars' ? (value ?? 0) !== 0 : value !== null));
  const total = rows.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const place = left > width / 2 ? { right: width - left + 12 } : { left: left + 12 };
  return (
    <div className={styles.tip} style={place} aria-hidden="true">
      <p className={styles.tipTime}>{bucketLabel(starts[bucket] ?? 0, stepMs)}</p>
      {rows.slice(0, ROWS_MAX).map(({ key, label, value, colour }) => (
        <p key={key} className={styles.tipRow}>
          <Swatch colour={colour} />
          <span className={styles.tipName}>
            <Name text={label} charsMax={40} />
          </span>
          <span className="numbers">{format(value ?? 0)}</span>
        </p>
      ))}
      {rows.length === 0 && <p className={styles.tipRow}>{kind === 'bars' ? format(0) : 'nothing measured'}</p>}
      {rows.length > ROWS_MAX && <p className={styles.tipRow}>and {rows.length - ROWS_MAX} more</p>}
      {kind === 'bars' && rows.length > 1 && (
        <p className={`${styles.tipRow} ${styles.tipTotal}`}>
          <span className={styles.tipName}>All</span>
          <span className="numbers">{format(total)}</span>
        </p>
      )}
    </div>
  );
}
