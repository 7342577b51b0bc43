/** What a span is called in a row: its kind, its name, and its status where that is not simply "ok". */

import { KindIcon, Status } from '../../../ui/badge.tsx';
import { wholeNumber } from '../../../ui/format.ts';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { Row } from '../model/rows.ts';
import styles from './span-name.module.css';

const NAME_CHARS_MAX = 120;

export function spanTitle({ name, model, kind }: { name: string | null; model: string | null; kind: string | null }) {
  return oneLine(name ?? model ?? kind ?? 'span', NAME_CHARS_MAX);
}

export function SpanName({ row: { node, isOpen } }: { row: Row }) {
  const { span, below } = node;
  const { status, name, model } = span;
  const hiddenErrors = isOpen === false ? below.errorCount - (status === 'error' ? 1 : 0) : 0;
  return (
    <span className={styles.words}>
      <KindIcon kind={span.kind} />
      <bdi className={styles.name}>{spanTitle(span)}</bdi>
      {status !== 'ok' && <Status status={status} isIcon />}
      {node.isOrphan && (
        <span className={styles.note} title="It names a parent that is not in this trace">
          no parent
        </span>
      )}
      {isOpen === false && <span className={styles.note}>+{wholeNumber(below.spanCount - 1)}</span>}
      {hiddenErrors > 0 && <span className={styles.errors}>{wholeNumber(hiddenErrors)} failed below</span>}
      {model !== null && name !== null && model !== name && (
        <bdi className={styles.model} title={oneLine(model, 200)}>
          {oneLine(model, 60)}
        </bdi>
      )}
    </span>
  );
}
