/** What went in and what came out, as messages; of a tool, what it was called with and what it gave. */

import { useMemo } from 'react';
import type { SpanDetail } from '../../../../query/get-span.ts';
import type { Reading } from '../../../messages/message.ts';
import { MessageList } from '../../../messages/message-list.tsx';
import { JsonBody, TextBody } from '../../../messages/part-view.tsx';
import { readSpan } from '../../../messages/read-span.ts';
import { TextModeChoice } from '../../../messages/text-mode-choice.tsx';
import styles from './span-panel.module.css';

const DATA_KINDS = new Set(['tool', 'retriever', 'embedding']);

export function MessagesTab({ span }: { span: SpanDetail }) {
  const { input, output } = useMemo(() => readSpan(span), [span]);
  const isData = DATA_KINDS.has(span.kind ?? '');
  const isTool = span.kind === 'tool';
  if (!span.hasInput && !span.hasOutput && input.messages.length === 0)
    return (
      <p className={styles.note}>
        {span.status === 'running' ? 'Nothing was said so far.' : 'Neither an input nor an output was sent.'}
      </p>
    );
  return (
    <>
      <div className={styles.bar}>
        <TextModeChoice />
      </div>
      <Side
        title={isTool ? 'Arguments' : 'Input'}
        isSent={span.hasInput}
        value={span.input}
        reading={input}
        isData={isData}
      />
      <Side
        title={isTool ? 'Result' : 'Output'}
        isSent={span.hasOutput}
        value={span.output}
        reading={output}
        isData={isData}
      />
    </>
  );
}

interface SideProps {
  readonly title: string;
  readonly isSent: boolean;
  readonly value: unknown;
  readonly reading: Reading;
  readonly isData: boolean;
}

function Side({ title, isSent, value, reading, isData }: SideProps) {
  return (
    <section className={styles.side} aria-label={title}>
      <h3 className={styles.subtitle}>{title}</h3>
      {isData ? (
        isSent ? (
          typeof value === 'string' ? (
            <TextBody text={value} />
          ) : (
            <JsonBody value={value} label={title} />
          )
        ) : (
          <p className={styles.muted}>none</p>
        )
      ) : reading.messages.length > 0 ? (
        <MessageList reading={reading} label={title} />
      ) : (
        <p className={styles.muted}>{isSent ? 'empty' : 'none'}</p>
      )}
    </section>
  );
}
