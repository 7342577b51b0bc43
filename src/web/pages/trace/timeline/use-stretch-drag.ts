/** Choosing a stretch of time by dragging over it. */

import { type PointerEvent, useState } from 'react';

/** Shares of the width, 0 to 1. */
export interface Dragged {
  readonly from: number;
  readonly to: number;
}

/** Less is a click. */
const DRAG_PX_MIN = 4;

export function useStretchDrag(onChosen: (dragged: Dragged) => void) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number }>();
  const shareOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width)));
  };
  const dragged =
    drag === undefined ? undefined : { from: Math.min(drag.start, drag.end), to: Math.max(drag.start, drag.end) };
  return {
    dragged,
    handlers: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const start = shareOf(event);
        setDrag({ start, end: start });
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const end = shareOf(event);
        setDrag((before) => (before === undefined ? undefined : { ...before, end }));
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        setDrag(undefined);
        if (dragged === undefined) return;
        const widthPx = event.currentTarget.getBoundingClientRect().width;
        if ((dragged.to - dragged.from) * widthPx >= DRAG_PX_MIN) onChosen(dragged);
      },
      onPointerCancel: () => setDrag(undefined),
    },
  };
}

/** Where the dragged part lies, for its shade. */
export function shadeOf(dragged: Dragged): { insetInlineStart: string; inlineSize: string } {
  return { insetInlineStart: `${dragged.from * 100}%`, inlineSize: `${(dragged.to - dragged.from) * 100}%` };
}
