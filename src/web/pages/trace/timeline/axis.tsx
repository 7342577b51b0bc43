/** The time above the bars, counted from the start of the trace. Dragging over it shows that part alone. */

import { duration } from '../../../ui/format.ts';
import { axisMarks, type Stretch } from '../model/times.ts';
import styles from './timeline.module.css';
import { shadeOf, useStretchDrag } from './use-stretch-drag.ts';
import type { Zoom } from './use-zoom.ts';

const MARK_PX_MIN = 84;
/** What the words of a mark take; the last one goes without where there is less. */
const WORDS_PX = 60;

export function marksOf(seen: Stretch, originMs: number, widthPx: number): readonly { ms: number; left: number }[] {
  const lengthMs = seen.toMs - seen.fromMs;
  return axisMarks(seen, originMs, Math.max(2, Math.floor(widthPx / MARK_PX_MIN))).map((ms) => ({
    ms,
    left: ((originMs + ms - seen.fromMs) / lengthMs) * 100,
  }));
}

export function Axis({ zoom, originMs, widthPx }: { zoom: Zoom; originMs: number; widthPx: number }) {
  const { seen } = zoom;
  const lengthMs = seen.toMs - seen.fromMs;
  const { dragged, handlers } = useStretchDrag(({ from, to }) =>
    zoom.show({ fromMs: seen.fromMs + from * lengthMs, toMs: seen.fromMs + to * lengthMs }),
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; keys and buttons zoom, too (timeline-view.tsx)
    <div
      className={styles.axis}
      title="Drag to zoom, double click to show all"
      aria-hidden="true"
      onDoubleClick={zoom.reset}
      {...handlers}
    >
      {marksOf(seen, originMs, widthPx).map(({ ms, left }) => (
        <span key={ms} className={styles.mark} style={{ insetInlineStart: `${left}%` }}>
          {((100 - left) / 100) * widthPx < WORDS_PX ? '' : duration(Math.max(0, ms))}
        </span>
      ))}
      {dragged !== undefined && <span className={styles.shade} style={shadeOf(dragged)} />}
    </div>
  );
}
