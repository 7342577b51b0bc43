/** The single keys of the page. */

import { TRACE_VIEWS, type TraceView } from '../../../router.tsx';
import { useHotkeys } from '../../../ui/hotkey.ts';

const VIEW_KEYS: Readonly<Record<TraceView, string>> = {
  tree: 't',
  timeline: 'w',
  graph: 'g',
  transcript: 'c',
};

export function useTraceKeys(does: {
  readonly onView: (view: TraceView) => void;
  /** Rows down; below 0 up. */
  readonly onStep: (rows: 1 | -1) => void;
  readonly onFailing: (direction: 1 | -1) => void;
  readonly onClose: () => void;
}): void {
  useHotkeys([
    { key: 'e', says: 'Next failing span', run: () => does.onFailing(1) },
    { key: 'E', says: 'Previous failing span', run: () => does.onFailing(-1) },
    { key: 'j', says: 'Next span', run: () => does.onStep(1) },
    { key: 'k', says: 'Previous span', run: () => does.onStep(-1) },
    ...TRACE_VIEWS.map((view) => ({
      key: VIEW_KEYS[view],
      says: `Show the ${view}`,
      run: () => does.onView(view),
    })),
    { key: 'Escape', says: 'Close the span', run: () => does.onClose() },
  ]);
}
