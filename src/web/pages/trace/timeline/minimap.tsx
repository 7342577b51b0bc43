/** The whole trace in a few pixels, with the part of it that is seen. Dragging over it chooses another part. */

import { useEffect, useRef } from 'react';
import type { Stretch } from '../model/times.ts';
import { stretchOf } from '../model/times.ts';
import type { TraceTree } from '../model/tree.ts';
import styles from './timeline.module.css';
import { shadeOf, useStretchDrag } from './use-stretch-drag.ts';
import type { Zoom } from './use-zoom.ts';

const HEIGHT_PX = 36;

interface Props {
  readonly tree: TraceTree;
  readonly whole: Stretch;
  readonly nowMs: number;
  readonly zoom: Zoom;
  readonly widthPx: number;
}

export function Minimap({ tree, whole, nowMs, zoom, widthPx }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, { tree, whole, nowMs, widthPx });
  }, [tree, whole, nowMs, widthPx]);
  const lengthMs = whole.toMs - whole.fromMs;
  const { dragged, handlers } = useStretchDrag(({ from, to }) =>
    zoom.show({ fromMs: whole.fromMs + from * lengthMs, toMs: whole.fromMs + to * lengthMs }),
  );
  const seen = {
    from: (zoom.seen.fromMs - whole.fromMs) / lengthMs,
    to: (zoom.seen.toMs - whole.fromMs) / lengthMs,
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; keys and buttons zoom, too (timeline-view.tsx)
    <div className={styles.minimap} aria-hidden="true" onDoubleClick={zoom.reset} {...handlers}>
      <canvas ref={canvas} className={styles.canvas} />
      {zoom.isZoomed && (
        <>
          <span className={styles.veil} style={shadeOf({ from: 0, to: seen.from })} />
          <span className={styles.veil} style={shadeOf({ from: seen.to, to: 1 })} />
        </>
      )}
      {dragged !== undefined && <span className={styles.shade} style={shadeOf(dragged)} />}
    </div>
  );
}

/** A line for each span in the order of the tree; what failed is drawn last, over the others. */
function draw(
  canvas: HTMLCanvasElement,
  { tree, whole, nowMs, widthPx }: Pick<Props, 'tree' | 'whole' | 'nowMs' | 'widthPx'>,
): void {
  const scale = window.devicePixelRatio;
  canvas.width = Math.max(1, Math.round(widthPx * scale));
  canvas.height = Math.round(HEIGHT_PX * scale);
  const context = canvas.getContext('2d');
  if (context === null) return;
  const look = getComputedStyle(canvas);
  const colours = { other: look.getPropertyValue('--text-faint'), error: look.getPropertyValue('--error') };
  const lengthMs = whole.toMs - whole.fromMs;
  const rowPx = canvas.height / Math.max(1, tree.nodes.length);
  const line = (index: number, { fromMs, toMs }: Stretch) =>
    context.fillRect(
      ((fromMs - whole.fromMs) / lengthMs) * canvas.width,
      index * rowPx,
      Math.max(scale, ((toMs - fromMs) / lengthMs) * canvas.width),
      Math.max(1, Math.min(rowPx * 0.8, 4 * scale)),
    );
  context.globalAlpha = 0.55;
  context.fillStyle = colours.other;
  for (const { span, index } of tree.nodes) if (span.status !== 'error') line(index, stretchOf(span, nowMs));
  context.globalAlpha = 1;
  context.fillStyle = colours.error;
  for (const { span, index } of tree.nodes) if (span.status === 'error') line(index, stretchOf(span, nowMs));
}
