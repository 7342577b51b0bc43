/** Where the values to filter by stand: beside the list, away, or over it where there is no room beside. */

import { useState } from 'react';
import { useMedia } from '../../ui/media.ts';
import { useStored } from '../../ui/stored.ts';

export function useSide() {
  const [mode, setMode] = useStored('tributary.facets');
  const isNarrow = useMedia('(width < 60rem)');
  const [isSheetOpen, setSheetOpen] = useState(false);
  const isBeside = !isNarrow && mode !== 'hidden';
  return {
    isBeside,
    isOver: isNarrow && isSheetOpen,
    toggle: () => (isNarrow ? setSheetOpen(true) : setMode(isBeside ? 'hidden' : null)),
    close: () => setSheetOpen(false),
  };
}
