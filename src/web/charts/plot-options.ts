/** How uPlot is told to draw: stacked bars for what is counted, lines with gaps for what is measured. */

import uPlot from 'uplot';
import type { PlotProps } from './plot.tsx';
import { type Prepared, stacked } from './series.ts';
import { tickLabels } from './ticks.ts';

const DRAG_PX_MIN = 6;
/** The cross-hair is at the same time in all charts of a page. */
const SYNCED = 'charts';

type Look = Pick<PlotProps, 'chart' | 'kind' | 'colours' | 'format' | 'onZoom'>;

/** Bars are drawn from the highest edge down, each over the one before; so layers are given in reverse. */
export function plotData({ chart, kind }: Pick<Look, 'chart' | 'kind'>): uPlot.AlignedData {
  const { starts, stepMs, lines } = chart;
  const values = lines.map((line) => line.values);
  if (kind === 'bars') return [starts.map((start) => start / 1000), ...stacked(values).reverse()];
  return [starts.map((start) => (start + stepMs / 2) / 1000), ...values.map((some) => [...some])];
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The bucket at so many seconds. */
function bucketAt({ starts, stepMs }: Prepared, seconds: number): number | undefined {
  const bucket = Math.floor((seconds * 1000 - (starts[0] ?? 0)) / stepMs);
  return bucket >= 0 && bucket < starts.length ? bucket : undefined;
}

/** `look` gives what is shown now; `point` hears where the pointer is. */
export function plotOptions(
  look: () => Look,
  size: { readonly width: number; readonly height: number },
  point: (bucket: number | undefined, left: number, width: number) => void,
): uPlot.Options {
  const { kind, colours } = look();
  return {
    ...size,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    scales: {
      x: { time: true, range: () => timeRange(look().chart) },
      y: { range: (_, __, max) => [0, Number.isFinite(max) && max > 0 ? max * 1.08 : 1] },
    },
    axes: [timeAxis(), valueAxis((value) => look().format(value))],
    series: [{}, ...(kind === 'bars' ? [...colours].reverse().map(bars) : colours.map(line))],
    cursor: {
      y: false,
      points: kind === 'bars' ? { show: false } : { size: 6 },
      drag: { x: true, y: false, setScale: false, dist: DRAG_PX_MIN },
      bind: { dblclick: () => null },
      dataIdx: (plot, _, closest, seconds) =>
        bucketAt(look().chart, seconds) ?? Math.min(closest, plot.data[0].length - 1),
      // Only where the pointer is: a selection in one chart must not be one in all of them.
      sync: {
        key: SYNCED,
        setSeries: false,
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
    },
    hooks: {
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor;
          const bucket = left < 0 ? undefined : bucketAt(look().chart, plot.posToVal(left, 'x'));
          point(bucket, left + plot.over.offsetLeft, plot.width);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < DRAG_PX_MIN) return;
          const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          look().onZoom(from * 1000, to * 1000);
        },
      ],
    },
  };
}

function timeRange({ starts, stepMs }: Prepared): [number, number] {
  const [first = 0] = starts;
  return [first / 1000, ((starts.at(-1) ?? first) + stepMs) / 1000];
}

function bars(colour: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ align: 1, size: [0.86, 48] });
  return { ...(paths === undefined ? {} : { paths }), fill: () => token(colour), width: 0, points: { show: false } };
}

function line(colour: string): uPlot.Series {
  return { stroke: () => token(colour), width: 1.75, points: { size: 4, fill: () => token(colour) } };
}

/** Of the axes; the canvas knows no custom properties. */
const font = () => `11px ${token('--font')}`;

function timeAxis(): uPlot.Axis {
  return {
    stroke: () => token('--text-faint'),
    font: font(),
    size: (_, labels) => (labels?.some((label) => String(label).includes('\n')) ? 34 : 20),
    space: 64,
    gap: 4,
    grid: { show: false },
    ticks: { stroke: () => token('--line'), width: 1, size: 4 },
    values: (_, places, __, ___, step) => tickLabels(places, step),
  };
}

function valueAxis(format: (value: number) => string): uPlot.Axis {
  return {
    stroke: () => token('--text-faint'),
    font: font(),
    space: 32,
    gap: 4,
    size: (_, values) => Math.max(28, ...(values ?? []).map((text) => String(text).length * 6.5 + 12)),
    grid: { stroke: () => token('--line'), width: 1 },
    ticks: { show: false },
    values: (_, places) => places.map(format),
  };
}
