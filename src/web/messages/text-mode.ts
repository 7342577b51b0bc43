/** Whether messages are shown as Markdown or as they are written. Kept in this browser. */

import { useStored } from '../ui/stored.ts';

export type TextMode = 'markdown' | 'plain';

export function useTextMode(): readonly [TextMode, (mode: TextMode) => void] {
  const [stored, store] = useStored('tributary.text-mode');
  return [stored === 'plain' ? 'plain' : 'markdown', (mode) => store(mode === 'markdown' ? null : mode)];
}
