/** One line of the script: an agent that begins or ends, a turn, a message, or a step. */

import { memo, type ReactNode, useState } from 'react';
import type { SpanBody } from '../../../../query/span-body.ts';
import { Fold } from '../../../messages/fold.tsx';
import { foldResults } from '../../../messages/fold-results.ts';
import { MessageView } from '../../../messages/message-view.tsx';
import { KindIcon, Status } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { duration, usd, wholeNumber } from '../../../ui/format.ts';
import { LongText } from '../../../ui/long-text.tsx';
import { Skeleton } from '../../../ui/page.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { SpanRow } from './rows.ts';
import { StepView } from './step-view.tsx';
import type { Told } from './tell.ts';
import styles from './transcript.module.css';

/** Deeper agents are indented no further. */
const INDENT_MAX = 5;
const MESSAGES_SHOWN = 40;
const RESENT_SHOWN = 30;

interface Props {
  readonly row: SpanRow;
  readonly told: Told | undefined;
  readonly body: SpanBody | undefined;
  readonly isSelected: boolean;
  readonly onSelect: (row: SpanRow) => void;
}

export const TranscriptRow = memo(function TranscriptRow(props: Props) {
  const { row, isSelected } = props;
  const indent = Math.min(row.depth, INDENT_MAX);
  return (
    <div className={styles.row} style={{ paddingInlineStart: `calc(var(--space-4) * ${indent + 1})` }}>
      <div
        className={`${styles.inner} ${indent > 0 ? styles.nested : ''} ${isSelected ? styles.selected : ''} ${row.kind === 'open' ? styles.open : ''}`}
      >
        <Line {...props} />
      </div>
    </div>
  );
});

function Line(props: Props) {
  const { row, told, body, onSelect } = props;
  const { kind, span, speakers } = row;
  if (kind === 'step' && (told === undefined || told.messages.length === 0)) return <StepView {...props} />;
  if (kind === 'close')
    return (
      <>
        <Messages told={told} isLoading={false} />
        <p className={styles.ended}>
          {speakers.length > 1 ? 'Back to ' : 'End of '}
          <bdi>{oneLine((speakers.length > 1 ? speakers.at(-2) : speakers.at(-1)) ?? '', 60)}</bdi>
        </p>
      </>
    );
  if (kind === 'message' && span.status === 'ok' && told !== undefined && told.messages.length > 0)
    return <Messages told={told} isLoading={false} detail={<Details row={row} onSelect={onSelect} />} />;
  return (
    <>
      <header className={styles.head}>
        <KindIcon kind={span.kind} />
        {kind === 'open' && speakers.length > 1 && (
          <bdi className={styles.muted}>{oneLine(speakers.slice(0, -1).join(' → '), 120)} →</bdi>
        )}
        <Chosen row={row} onSelect={onSelect} />
        <Figures row={row} />
      </header>
      {told !== undefined && told.resent.length > 0 && <Resent told={told} />}
      <Messages told={told} isLoading={body === undefined} />
      <Failed row={row} body={body} />
    </>
  );
}

/** Its name, which opens it beside the transcript. */
export function Chosen({ row, onSelect }: { row: SpanRow; onSelect: (row: SpanRow) => void }) {
  const { name, kind, model } = row.span;
  return (
    <button type="button" className={styles.name} onClick={() => onSelect(row)}>
      <bdi>{oneLine(name ?? model ?? kind ?? 'span', 80)}</bdi>
    </button>
  );
}

export function Figures({ row: { span, kind } }: { row: SpanRow }) {
  const { status, durationMs, costUsd, model, name } = span;
  const facts = [
    model !== null && model !== name && kind === 'turn' ? oneLine(model, 60) : undefined,
    durationMs === null || kind === 'message' ? undefined : duration(durationMs),
    costUsd === null || kind === 'open' ? undefined : usd(costUsd),
  ].filter((fact) => fact !== undefined);
  return (
    <>
      {status !== 'ok' && <Status status={status} />}
      {facts.length > 0 && <span className={`${styles.muted} numbers`}>{facts.join(' · ')}</span>}
    </>
  );
}

/** For a message, whose name is its role. */
function Details({ row, onSelect }: { row: SpanRow; onSelect: (row: SpanRow) => void }) {
  return (
    <button type="button" className={styles.details} onClick={() => onSelect(row)}>
      Details
    </button>
  );
}

interface MessagesProps {
  readonly told: Told | undefined;
  readonly isLoading: boolean;
  readonly detail?: ReactNode;
}

function Messages({ told, isLoading, detail }: MessagesProps): ReactNode {
  const [count, setCount] = useState(MESSAGES_SHOWN);
  if (told === undefined) return isLoading ? <Skeleton lines={2} /> : null;
  const left = told.messages.length - count;
  return (
    <div className={styles.messages}>
      {left > 0 && (
        <p className={styles.muted}>
          {wholeNumber(left)} messages before these{' '}
          <Button isSmall onClick={() => setCount(count + MESSAGES_SHOWN)}>
            Show {Math.min(MESSAGES_SHOWN, left)} more
          </Button>
        </p>
      )}
      {told.messages.slice(-count).map((message) => (
        <MessageView key={message.index} message={message} executed={told.executed} detail={detail} hidesRest />
      ))}
    </div>
  );
}

function resentWords(count: number): string {
  return count === 1 ? '1 earlier message was sent again' : `${count} earlier messages were sent again`;
}

function Resent({ told: { resent } }: { told: Told }) {
  return (
    <Fold summary={<span className={styles.muted}>{resentWords(resent.length)}</span>}>
      {resent.length > RESENT_SHOWN && (
        <p className={styles.muted}>{resent.length - RESENT_SHOWN} messages before these; the span has all of them.</p>
      )}
      {foldResults(resent.slice(-RESENT_SHOWN)).map((message) => (
        <MessageView key={message.index} message={message} />
      ))}
    </Fold>
  );
}

export function Failed({ row: { span, kind }, body }: { row: SpanRow; body: SpanBody | undefined }) {
  const error = body?.error ?? span.error;
  // Of what opens, it stands where it ends.
  if (error === null || kind === 'open') return null;
  const title = [error.type, error.code].filter((part) => part !== undefined && part !== '').join(' · ');
  return (
    <div className={styles.failed}>
      <strong>{title === '' ? 'Failed' : oneLine(title, 120)}</strong>
      {error.message !== undefined && <LongText text={error.message} charsAtFirst={600} />}
    </div>
  );
}
