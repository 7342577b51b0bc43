/** The panel of the span that is looked at: beside the view, or as a sheet over it. */

import { ArrowLeft } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/page.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { OutlineSpan, TraceSummary } from '../model/outline.ts';
import { SpanPanel } from '../panel/span-panel.tsx';
import { Guarded } from './guarded.tsx';
import styles from './span-side.module.css';
import { useSettled } from './use-media.ts';

/** Whoever holds a key down passes spans faster than anybody reads them. */
const SETTLED_MS = 120;

interface Props {
  readonly trace: TraceSummary;
  readonly span: OutlineSpan | undefined;
  readonly missingId: string | undefined;
  readonly showsHidden: boolean;
  readonly onShowHidden: () => void;
  readonly onSelect: (spanId: string) => void;
  /** Absent where the panel is closed by something else. */
  readonly onClose?: () => void;
}

export function SpanSide({ trace, span, missingId, showsHidden, onShowHidden, onSelect, onClose }: Props) {
  const shown = useSettled(span, SETTLED_MS);
  if (missingId !== undefined)
    return (
      <Empty
        title="This span is not in the trace"
        text={`${oneLine(missingId, 80)}${showsHidden ? '' : ' may be hidden, or may be still to come.'}`}
        action={
          showsHidden ? undefined : (
            <Button isSmall onClick={onShowHidden}>
              Show hidden spans
            </Button>
          )
        }
      />
    );
  if (shown === undefined) return <Empty title="No span is chosen" text="Choose one to see all of it." />;
  return (
    <Guarded resetKey={shown.spanId}>
      <SpanPanel
        traceId={trace.traceId}
        dialect={trace.dialect}
        span={shown}
        onSelect={onSelect}
        {...(onClose === undefined ? {} : { onClose })}
      />
    </Guarded>
  );
}

/** On small screens. What is below it cannot be reached meanwhile (`inert`, in trace-workspace.tsx). */
export function SpanSheet({ onClose, ...props }: Props & { onClose: () => void }) {
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus({ preventScroll: true }), []);
  return (
    <div className={styles.sheet}>
      <div className={styles.top}>
        <Button isSmall look="ghost" ref={back} icon={<ArrowLeft aria-hidden="true" />} onClick={onClose}>
          Back to the trace
        </Button>
      </div>
      <div className={styles.body}>
        <SpanSide {...props} />
      </div>
    </div>
  );
}
