/** The picture itself, by uPlot. A module of its own, so that the library is loaded with the first chart that is shown. */

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import styles from './chart.module.css';
import { plotData, plotOptions } from './plot-options.ts';
import { PlotTip } from './plot-tip.tsx';
import type { Prepared } from './series.ts';

export interface PlotProps {
  /** What is shown of it is left out already. */
  readonly chart: Prepared;
  readonly kind: 'bars' | 'lines';
  /** Names of tokens, one for each line. */
  readonly colours: readonly string[];
  readonly format: (value: number) => string;
  readonly onZoom: (fromMs: number, toMs: number) => void;
  /** What the picture shows, in words. */
  readonly label: string;
}

interface Pointed {
  readonly bucket: number;
  readonly left: number;
  readonly width: number;
}

export default function Plot(props: PlotProps) {
  const { chart, kind, colours, label } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(props);
  latest.current = props;
  const [pointed, setPointed] = useState<Pointed>();
  const theme = useTheme();

  // Another number of lines, or other colours, is another picture; other figures are the same one.
  const look = `${theme}|${kind}|${colours.join()}|${chart.stepMs}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `look` says when; the rest is read from `latest`
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const point = (bucket: number | undefined, left: number, width: number) =>
      setPointed(bucket === undefined || !element.matches(':hover') ? undefined : { bucket, left, width });
    const size = { width: element.clientWidth, height: element.clientHeight };
    const made = new uPlot(
      plotOptions(() => latest.current, size, point),
      plotData(latest.current),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && (width !== made.width || height !== made.height)) made.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the kind is part of the look
  useEffect(() => plot.current?.setData(plotData(latest.current)), [chart]);

  return (
    <div className={styles.plot}>
      <div ref={host} className={styles.canvas} role="img" aria-label={label} />
      {pointed !== undefined && <PlotTip {...props} {...pointed} />}
    </div>
  );
}

/** Counts up when colours change. */
function useTheme(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const listen = () => setChanges((before) => before + 1);
    window.addEventListener('themechange', listen);
    return () => window.removeEventListener('themechange', listen);
  }, []);
  return changes;
}
