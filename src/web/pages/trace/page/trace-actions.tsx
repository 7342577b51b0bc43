/** What can be done with a trace: go to what failed, copy its id, download it, show what is hidden. */

import { ArrowDown, ArrowUp, Download, Eye, EyeOff, MoreHorizontal, Radio } from 'lucide-react';
import type { LiveState } from '../../../api/live.ts';
import { useApi } from '../../../api/project.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy.tsx';
import { wholeNumber } from '../../../ui/format.ts';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { Tooltip } from '../../../ui/tooltip.tsx';
import type { TraceSummary } from '../model/outline.ts';
import styles from './trace-actions.module.css';

interface Props {
  readonly trace: TraceSummary;
  readonly failing: { readonly place: number; readonly count: number };
  readonly onFailing: (direction: 1 | -1) => void;
  readonly showsHidden: boolean;
  readonly onHidden: (shows: boolean) => void;
  readonly live: LiveState;
}

export function TraceActions({ trace, failing, onFailing, showsHidden, onHidden, live }: Props) {
  const api = useApi();
  const { traceId, dialect } = trace;
  const url = api.url('/traces/{traceId}', { traceId }, { dialect, hidden: showsHidden ? 'true' : undefined });
  const download = () => {
    const link = document.createElement('a');
    link.href = url;
    link.download = `trace-${traceId.replace(/[^\w.-]+/g, '_').slice(0, 80)}.json`;
    link.click();
  };
  return (
    <>
      <LiveMark live={live} />
      {failing.count > 0 && (
        <span className={styles.failing}>
          <span>
            {failing.place > 0 && `${wholeNumber(failing.place)} of `}
            {wholeNumber(failing.count)} failed
          </span>
          <IconButton
            isSmall
            label="Previous failing span"
            hotkey="E"
            icon={<ArrowUp aria-hidden="true" />}
            onClick={() => onFailing(-1)}
          />
          <IconButton
            isSmall
            label="Next failing span"
            hotkey="e"
            icon={<ArrowDown aria-hidden="true" />}
            onClick={() => onFailing(1)}
          />
        </span>
      )}
      <CopyButton text={traceId} label="Copy the trace's id" />
      <Menu align="end" trigger={<IconButton isSmall label="More" icon={<MoreHorizontal aria-hidden="true" />} />}>
        <MenuItem icon={<Download aria-hidden="true" />} onSelect={download}>
          Download as JSON
        </MenuItem>
        <MenuItem
          icon={showsHidden ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
          onSelect={() => onHidden(!showsHidden)}
        >
          {showsHidden ? 'Leave out hidden spans' : 'Show hidden spans'}
        </MenuItem>
      </Menu>
    </>
  );
}

const SAYINGS: Readonly<Record<LiveState, string>> = {
  off: 'Not following new events',
  connecting: 'Connecting for new events',
  open: 'New events of this trace show by themselves',
  lost: 'The connection for new events is lost; trying again',
};

function LiveMark({ live }: { live: LiveState }) {
  return (
    <Tooltip text={SAYINGS[live]}>
      <span className={`${styles.live} ${live === 'open' ? styles.isOpen : ''}`} role="img" aria-label={SAYINGS[live]}>
        <Radio aria-hidden="true" />
      </span>
    </Tooltip>
  );
}
