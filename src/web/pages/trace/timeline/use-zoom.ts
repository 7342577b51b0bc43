/** The part of a trace's time that the timeline shows. */

import { useCallback, useMemo, useState } from 'react';
import type { Stretch } from '../model/times.ts';

export interface Zoom {
  readonly seen: Stretch;
  readonly isZoomed: boolean;
  readonly show: (stretch: Stretch) => void;
  readonly reset: () => void;
  /** Below 1: closer. */
  readonly scale: (times: number) => void;
  /** By a share of what is seen; below 0: earlier. */
  readonly pan: (share: number) => void;
}

/** The shortest time that can be told apart. */
const SEEN_MS_MIN = 0.01;

/** Within the whole, and not too short. `undefined` for all of it, which then grows along with a running trace. */
export function clampedTo(whole: Stretch, wanted: Stretch): Stretch | undefined {
  const wholeMs = whole.toMs - whole.fromMs;
  const lengthMs = Math.max(Math.min(SEEN_MS_MIN, wholeMs), wanted.toMs - wanted.fromMs);
  if (lengthMs >= wholeMs) return undefined;
  const fromMs = Math.max(whole.fromMs, Math.min(whole.toMs - lengthMs, wanted.fromMs));
  return { fromMs, toMs: fromMs + lengthMs };
}

export function useZoom(whole: Stretch): Zoom {
  const [chosen, setChosen] = useState<Stretch>();
  const { fromMs, toMs } = whole;
  const seen = useMemo(() => {
    const bounds = { fromMs, toMs };
    return chosen === undefined ? bounds : (clampedTo(bounds, chosen) ?? bounds);
  }, [chosen, fromMs, toMs]);
  const show = useCallback((stretch: Stretch) => setChosen(clampedTo({ fromMs, toMs }, stretch)), [fromMs, toMs]);
  const reset = useCallback(() => setChosen(undefined), []);
  const scale = useCallback(
    (times: number) => {
      const middle = (seen.fromMs + seen.toMs) / 2;
      const half = ((seen.toMs - seen.fromMs) * times) / 2;
      show({ fromMs: middle - half, toMs: middle + half });
    },
    [seen, show],
  );
  const pan = useCallback(
    (share: number) => {
      const by = (seen.toMs - seen.fromMs) * share;
      show({ fromMs: seen.fromMs + by, toMs: seen.toMs + by });
    },
    [seen, show],
  );
  return { seen, isZoomed: seen.fromMs > fromMs || seen.toMs < toMs, show, reset, scale, pan };
}
