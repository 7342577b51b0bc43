/** The way back from a zoom: twice the time, or what was shown before all zooms. */

import { RotateCcw, ZoomOut } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { RANGE_DEFAULT, type RangeName, useSetTimeRange, useTimeRange } from '../../api/time-range.ts';
import { zoomedOut } from '../../charts/series.ts';
import { Button } from '../../ui/button.tsx';

export function ZoomOutButtons() {
  const range = useTimeRange();
  const setRange = useSetTimeRange();
  const lastNamed = useRef<RangeName>(undefined);
  const { name } = range;
  useEffect(() => {
    if (name !== undefined) lastNamed.current = name;
  }, [name]);
  if (name !== undefined) return null;
  return (
    <>
      <Button icon={<ZoomOut aria-hidden="true" />} onClick={() => setRange(zoomedOut(range, Date.now()))}>
        Zoom out
      </Button>
      <Button
        look="ghost"
        icon={<RotateCcw aria-hidden="true" />}
        onClick={() => setRange({ range: lastNamed.current ?? RANGE_DEFAULT })}
      >
        Reset zoom
      </Button>
    </>
  );
}
