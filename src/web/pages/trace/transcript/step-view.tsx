/** A tool, a search, an embedding, a node of a workflow: one line, with what went in and what came out to open. */

import type { SpanBody } from '../../../../query/span-body.ts';
import { argumentsLine } from '../../../messages/compact.ts';
import { Fold } from '../../../messages/fold.tsx';
import { JsonBody, TextBody } from '../../../messages/part-view.tsx';
import { Badge, KindIcon } from '../../../ui/badge.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { SpanRow } from './rows.ts';
import type { Told } from './tell.ts';
import styles from './transcript.module.css';
import { Chosen, Failed, Figures } from './transcript-row.tsx';

interface Props {
  readonly row: SpanRow;
  readonly told: Told | undefined;
  readonly body: SpanBody | undefined;
  readonly onSelect: (row: SpanRow) => void;
}

export function StepView({ row, told, body, onSelect }: Props) {
  const { span } = row;
  const { input, output } = told ?? {};
  const isTool = span.kind === 'tool';
  const canOpen = span.hasInput || span.hasOutput;
  return (
    <>
      <header className={styles.head}>
        <KindIcon kind={span.kind} />
        <Chosen row={row} onSelect={onSelect} />
        {(told?.attempt ?? 1) > 1 && <Badge tone="warn">attempt {told?.attempt}</Badge>}
        <Figures row={row} />
      </header>
      {canOpen && (
        <Fold
          summary={
            <span className={styles.step}>
              <bdi>{span.hasInput ? oneLine(argumentsLine(input), 200) : ''}</bdi>
              {span.hasOutput && <bdi>→ {oneLine(argumentsLine(output), 200)}</bdi>}
              {told === undefined && '…'}
            </span>
          }
        >
          {span.hasInput && <Side title={isTool ? 'Arguments' : 'Input'} value={input} />}
          {span.hasOutput && <Side title={isTool ? 'Result' : 'Output'} value={output} />}
        </Fold>
      )}
      <Failed row={row} body={body} />
    </>
  );
}

function Side({ title, value }: { title: string; value: unknown }) {
  return (
    <div className={styles.side}>
      <p className={styles.caption}>{title}</p>
      {typeof value === 'string' ? <TextBody text={value} /> : <JsonBody value={value} label={title} />}
    </div>
  );
}
