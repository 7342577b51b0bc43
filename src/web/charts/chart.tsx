/** One chart with its title, its sum, and a legend that hides lines. Drag over it to zoom. */

import { ChartColumn, Table2 } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { IconButton } from '../ui/button.tsx';
import { Failure } from '../ui/page.tsx';
import styles from './chart.module.css';
import { ChartTable } from './chart-table.tsx';
import { Legend } from './legend.tsx';
import { isBlank, type Prepared, sumOf } from './series.ts';

const Plot = lazy(() => import('./plot.tsx'));

interface ChartProps {
  readonly title: string;
  /** What is counted, where the title leaves a doubt. */
  readonly text?: ReactNode;
  /** `undefined` while it is asked. */
  readonly chart: Prepared | undefined;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  readonly kind: 'bars' | 'lines';
  readonly colours: readonly string[];
  readonly format: (value: number) => string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  readonly actions?: ReactNode;
}

export function Chart(props: ChartProps) {
  const { title, text, chart, actions, kind, format } = props;
  const [isTable, setTable] = useState(false);
  const total =
    chart === undefined || kind === 'lines' ? undefined : chart.lines.reduce((sum, one) => sum + sumOf(one.values), 0);
  return (
    <section className={styles.chart} aria-label={title}>
      <header className={styles.header}>
        <h2 className={styles.title}>
          {title}
          {total !== undefined && <span className={`${styles.total} numbers`}>{format(total)}</span>}
        </h2>
        <div className={styles.actions}>
          {actions}
          <IconButton
            isSmall
            label={isTable ? `${title} as a chart` : `${title} as a table`}
            isPressed={isTable}
            icon={isTable ? <ChartColumn aria-hidden="true" /> : <Table2 aria-hidden="true" />}
            onClick={() => setTable(!isTable)}
          />
        </div>
      </header>
      {text !== undefined && <p className={styles.text}>{text}</p>}
      <Body {...props} isTable={isTable} total={total} />
    </section>
  );
}

function Body(props: ChartProps & { isTable: boolean; total: number | undefined }) {
  const { title, chart, error, onRetry, kind, colours, format, onZoom, isTable, total } = props;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  if (chart === undefined)
    return error === null || error === undefined ? (
      <div className={styles.waiting} role="status" aria-label={`Loading ${title}`} />
    ) : (
      <div className={styles.body}>
        <Failure error={error} onRetry={onRetry} />
      </div>
    );
  const absent = kind === 'bars' ? 0 : null;
  if (isBlank(chart, absent)) return <p className={styles.blank}>Nothing in this time</p>;
  const isShown = chart.lines.map(({ key }) => !hidden.has(key));
  const shown = { ...chart, lines: chart.lines.filter((_, place) => isShown[place]) };
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    setHidden(next);
  };
  return (
    <>
      {isTable ? (
        <div className={styles.table}>
          <ChartTable title={title} chart={shown} absent={absent} format={format} onZoom={onZoom} />
        </div>
      ) : (
        <Suspense fallback={<div className={styles.waiting} role="status" aria-label={`Loading ${title}`} />}>
          <Plot
            chart={shown}
            kind={kind}
            colours={colours.filter((_, place) => isShown[place])}
            format={format}
            onZoom={onZoom}
            label={`${title} over time${total === undefined ? '' : `, ${format(total)} in all`}. The figures are in its table.`}
          />
        </Suspense>
      )}
      <Legend
        lines={chart.lines}
        colours={colours}
        hidden={hidden}
        onToggle={toggle}
        {...(kind === 'bars' ? { format } : {})}
      />
    </>
  );
}
