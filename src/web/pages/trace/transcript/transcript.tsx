/** A trace as a conversation: who said what, which tools were called, and what came back. */

import { useMemo } from 'react';
import { TextModeChoice } from '../../../messages/text-mode-choice.tsx';
import type { OutlineSpan, TraceSummary } from '../model/outline.ts';
import styles from './transcript.module.css';
import { TranscriptList } from './transcript-list.tsx';

interface Props {
  readonly trace: TraceSummary;
  readonly spans: readonly OutlineSpan[];
  readonly selectedSpanId?: string;
  readonly onSelect: (spanId: string) => void;
}

export function TranscriptView({ trace, spans, selectedSpanId, onSelect }: Props) {
  const parts = useMemo(() => [{ trace, spans }], [trace, spans]);
  return (
    <div className={styles.view}>
      <div className={styles.tools}>
        <TextModeChoice />
      </div>
      <TranscriptList
        label="Transcript"
        parts={parts}
        onSelect={({ span }) => onSelect(span.spanId)}
        {...(selectedSpanId === undefined ? {} : { selectedSpanId })}
      />
    </div>
  );
}
