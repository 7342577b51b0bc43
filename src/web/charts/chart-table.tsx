/** The figures of a chart as a table: for those who do not see it, and for those who want to know exactly. */

import { Button } from '../ui/button.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Name } from '../ui/untrusted.tsx';
import { isNothing, type Line, type Prepared } from './series.ts';
import { bucketLabel } from './ticks.ts';

interface Bucket {
  readonly place: number;
  readonly startMs: number;
}

export function ChartTable({
  title,
  chart,
  absent,
  format,
  onZoom,
}: {
  title: string;
  chart: Prepared;
  absent: 0 | null;
  format: (value: number) => string;
  onZoom: (fromMs: number, toMs: number) => void;
}) {
  const { starts, stepMs, lines } = chart;
  const rows = starts
    .map((startMs, place): Bucket => ({ startMs, place }))
    .filter(({ place }) => lines.some(({ values }) => !isNothing(values[place], absent)));
  const time: Column<Bucket> = {
    id: 'time',
    header: 'Time',
    cell: ({ startMs }) => (
      <Button look="ghost" isSmall title="Zoom to this time" onClick={() => onZoom(startMs, startMs + stepMs)}>
        {bucketLabel(startMs, stepMs)}
      </Button>
    ),
  };
  const figures = lines.map((line) => figureColumn(line, format));
  return (
    <Table label={`Figures of ${title}`} columns={[time, ...figures]} rows={rows} rowKey={({ place }) => `${place}`} />
  );
}

function figureColumn({ key, label, values }: Line, format: (value: number) => string): Column<Bucket> {
  return {
    id: key,
    header: <Name text={label} charsMax={30} />,
    isNumber: true,
    cell: ({ place }) => {
      const value = values[place] ?? null;
      return value === null ? '–' : format(value);
    },
  };
}
