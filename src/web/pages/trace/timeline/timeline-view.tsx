/** What happened when: the rows of the tree, each with its bar under one axis of time. */

import { ChevronLeft, ChevronRight, ZoomIn, ZoomOut } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Button, IconButton } from '../../../ui/button.tsx';
import { duration } from '../../../ui/format.ts';
import { useHotkeys } from '../../../ui/hotkey.ts';
import type { Row } from '../model/rows.ts';
import { stretchOf } from '../model/times.ts';
import type { TraceTree } from '../model/tree.ts';
import { VirtualTree } from '../rows/virtual-tree.tsx';
import type { RowsViewProps } from '../tree/tree-view.tsx';
import { Axis, marksOf } from './axis.tsx';
import { Minimap } from './minimap.tsx';
import styles from './timeline.module.css';
import { TimelineRow } from './timeline-row.tsx';
import { useWidth } from './use-width.ts';
import { useZoom, type Zoom } from './use-zoom.ts';

/** As timeline.module.css has it. */
const HEADER_PX = 62;
const CLOSER = 0.5;
const PAN_SHARE = 0.5;

export function TimelineView({ tree, whole, nowMs, ...rest }: RowsViewProps & { tree: TraceTree }) {
  const { onToggle, activeId } = rest;
  const zoom = useZoom(whole);
  const [track, setTrack] = useState<HTMLDivElement | null>(null);
  const widthPx = useWidth(track);
  const marks = marksOf(zoom.seen, whole.fromMs, widthPx);
  const { seen } = zoom;
  const renderRow = useCallback(
    (row: Row) => <TimelineRow row={row} seen={seen} nowMs={nowMs} onToggle={onToggle} />,
    [seen, nowMs, onToggle],
  );
  const active = activeId === undefined ? undefined : tree.byId.get(activeId);
  useHotkeys([
    { key: '+', says: 'Timeline: closer', run: () => zoom.scale(CLOSER) },
    { key: '-', says: 'Timeline: further away', run: () => zoom.scale(1 / CLOSER) },
    { key: ',', says: 'Timeline: earlier', run: () => zoom.pan(-PAN_SHARE) },
    { key: '.', says: 'Timeline: later', run: () => zoom.pan(PAN_SHARE) },
    {
      key: 'z',
      says: 'Timeline: zoom to the span, or show all',
      run: () => (zoom.isZoomed || active === undefined ? zoom.reset() : zoom.show(stretchOf(active.span, nowMs))),
    },
  ]);
  return (
    <VirtualTree
      {...rest}
      label="Spans in time"
      renderRow={renderRow}
      headerPx={HEADER_PX}
      header={
        <>
          <div className={styles.header}>
            <div className={styles.names}>
              <ZoomTools zoom={zoom} />
            </div>
            <div className={styles.times} ref={setTrack}>
              <Minimap {...{ tree, whole, nowMs, zoom, widthPx }} />
              <Axis zoom={zoom} originMs={whole.fromMs} widthPx={widthPx} />
            </div>
          </div>
          <div className={styles.grid} aria-hidden="true">
            {marks.map(({ ms, left }) => (
              <span key={ms} className={styles.gridLine} style={{ insetInlineStart: `${left}%` }} />
            ))}
          </div>
        </>
      }
    />
  );
}

function ZoomTools({ zoom }: { zoom: Zoom }) {
  return (
    <>
      <p className={styles.seen}>{duration(zoom.seen.toMs - zoom.seen.fromMs)} seen</p>
      <div className={styles.zoomTools}>
        <IconButton
          isSmall
          label="Closer"
          hotkey="+"
          icon={<ZoomIn aria-hidden="true" />}
          onClick={() => zoom.scale(CLOSER)}
        />
        {zoom.isZoomed && (
          <>
            <IconButton
              isSmall
              label="Further away"
              hotkey="-"
              icon={<ZoomOut aria-hidden="true" />}
              onClick={() => zoom.scale(1 / CLOSER)}
            />
            <IconButton
              isSmall
              label="Earlier"
              hotkey=","
              icon={<ChevronLeft aria-hidden="true" />}
              onClick={() => zoom.pan(-PAN_SHARE)}
            />
            <IconButton
              isSmall
              label="Later"
              hotkey="."
              icon={<ChevronRight aria-hidden="true" />}
              onClick={() => zoom.pan(PAN_SHARE)}
            />
            <Button isSmall look="ghost" onClick={zoom.reset}>
              Show all
            </Button>
          </>
        )}
      </div>
    </>
  );
}
