/** Which rows exist at the moment, and which of them the keys move: a list of thousands has some tens in the page. */

import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { useHotkeys } from '../../ui/hotkey.ts';
import { keyOf } from './newest.ts';

const OVERSCAN = 6;
/** The next page is asked for when so many rows are left. */
const AHEAD = 30;

export interface RowsWanted {
  readonly traces: readonly TraceSummary[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly rowPx: number;
  /** Of the header that stays on top. */
  readonly headPx: number;
  readonly canAskMore: boolean;
  readonly onMore: () => void;
}

export function useRows({ traces, scroller, rowPx, headPx, canAskMore, onMore }: RowsWanted) {
  const [activeKey, setActiveKey] = useState<string>();
  const wantsFocus = useRef(false);
  const active = useMemo(
    () => (activeKey === undefined ? -1 : traces.findIndex((trace) => keyOf(trace) === activeKey)),
    [traces, activeKey],
  );
  const virtualizer = useVirtualizer({
    count: traces.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    // A new function would have all rows measured again: 5000 of them at each paint.
    getItemKey: useCallback((index: number) => (traces[index] === undefined ? index : keyOf(traces[index])), [traces]),
    overscan: OVERSCAN,
    scrollMargin: headPx,
    scrollPaddingStart: headPx,
    useFlushSync: false,
    // The row with the focus stays in the page, or the focus would be lost when it is scrolled away.
    rangeExtractor: useCallback(
      (range: Range) => {
        const shown = defaultRangeExtractor(range);
        if (active === -1 || shown.includes(active)) return shown;
        return active < (shown[0] ?? 0) ? [active, ...shown] : [...shown, active];
      },
      [active],
    ),
  });

  const end = virtualizer.range?.endIndex ?? 0;
  useEffect(() => {
    if (canAskMore && end >= traces.length - AHEAD) onMore();
  }, [canAskMore, end, traces.length, onMore]);

  const linkOf = (index: number) => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`);
  const focusRow = (wanted: number) => {
    const index = Math.min(Math.max(wanted, 0), traces.length - 1);
    const trace = traces[index];
    if (trace === undefined) return;
    virtualizer.scrollToIndex(index);
    wantsFocus.current = true;
    if (index !== active) return setActiveKey(keyOf(trace));
    linkOf(index)?.focus({ preventScroll: true });
    wantsFocus.current = false;
  };
  useEffect(() => {
    if (!wantsFocus.current || active === -1) return;
    wantsFocus.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"] a`)?.focus({ preventScroll: true });
  }, [active, scroller]);

  const firstVisible = () => Math.ceil((virtualizer.scrollOffset ?? 0) / rowPx);
  const step = (by: 1 | -1) => focusRow(active === -1 ? firstVisible() : active + by);
  useHotkeys([
    { key: 'j', says: 'Next trace', run: () => step(1) },
    { key: 'k', says: 'Previous trace', run: () => step(-1) },
  ]);
  const pageRows = Math.max(Math.floor(((virtualizer.scrollRect?.height ?? 0) - headPx) / rowPx) - 1, 1);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, number>> = {
      ...{ ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: traces.length - 1 },
      ...{ PageDown: active + pageRows, PageUp: active - pageRows },
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    focusRow(next);
  };
  /** Also when the focus comes by Tab or a click. */
  const onFocus = (event: FocusEvent) => {
    const index = event.target.closest<HTMLElement>('[data-index]')?.dataset.index;
    const trace = index === undefined ? undefined : traces[Number(index)];
    if (trace !== undefined) setActiveKey(keyOf(trace));
  };
  const items = virtualizer.getVirtualItems().flatMap((item) => {
    const trace = traces[item.index];
    return trace === undefined ? [] : [{ key: keyOf(trace), index: item.index, start: item.start - headPx, trace }];
  });
  return {
    ...{ items, totalPx: virtualizer.getTotalSize(), stop: Math.max(active, 0), onKeyDown, onFocus },
  };
}
