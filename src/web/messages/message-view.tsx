/** A message as a person reads it: who speaks, then the parts in their order. */

import { Wrench } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { wholeNumber } from '../ui/format.ts';
import { oneLine } from '../ui/untrusted.tsx';
import { argumentsLine } from './compact.ts';
import { Fold } from './fold.tsx';
import type { FoldedMessage } from './fold-results.ts';
import type { Part, ToolCallPart } from './message.ts';
import styles from './messages.module.css';
import { PartView, RestView } from './part-view.tsx';

/** Longer system prompts are folded: they are the same in every call. */
const SYSTEM_CHARS = 280;

const LABELS = new Map([
  ['user', 'User'],
  ['assistant', 'Assistant'],
  ['system', 'System'],
  ['tool', 'Tool'],
  ['input', 'Input'],
  ['output', 'Output'],
]);

function roleLabel(role: string): string {
  return LABELS.get(role) ?? oneLine(role, 40);
}

interface Props {
  readonly message: FoldedMessage;
  /** At the end of its first line. */
  readonly detail?: ReactNode;
  /** Calls that are told in full elsewhere. */
  readonly executed?: ReadonlySet<ToolCallPart>;
  /** What stood beside the message is told elsewhere. */
  readonly hidesRest?: boolean;
}

export function MessageView({ message, detail, executed, hidesRest = false }: Props) {
  const { role, name, parts, results, rest } = message;
  const look = (LABELS.has(role) ? styles[role] : undefined) ?? '';
  const text = useMemo(() => (role === 'system' ? textOf(parts) : ''), [role, parts]);
  const body = (
    <div className={styles.parts}>
      {parts.map((part, index) => (
        // Parts have no identity beyond their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={styles.part}>
          {part.type === 'toolCall' && executed?.has(part) === true ? (
            <Called call={part} />
          ) : (
            <PartView part={part} results={(part.type === 'toolCall' ? results.get(part) : undefined) ?? []} />
          )}
          {part.type !== 'toolCall' && part.type !== 'toolResult' && part.type !== 'json' && (
            <RestView rest={part.rest} label="the part" />
          )}
        </div>
      ))}
      {parts.length === 0 && <p className={styles.muted}>empty</p>}
      {!hidesRest && <RestView rest={rest} label="the message" />}
    </div>
  );
  return (
    <article className={`${styles.message} ${look}`}>
      <header className={styles.who}>
        <span className={styles.role}>{roleLabel(role)}</span>
        {name !== undefined && <bdi className={styles.muted}>{oneLine(name, 60)}</bdi>}
        {detail}
      </header>
      {text.length > SYSTEM_CHARS ? (
        <Fold
          summary={
            <>
              <span className={styles.muted}>{wholeNumber(text.length)} characters</span>
              <bdi className={styles.preview}>{oneLine(text, 200)}</bdi>
            </>
          }
        >
          {body}
        </Fold>
      ) : (
        body
      )}
    </article>
  );
}

function Called({ call }: { call: ToolCallPart }) {
  return (
    <p className={styles.called}>
      <Wrench aria-hidden="true" className={styles.toolIcon} />
      <span className={styles.muted}>calls</span>
      <bdi className={styles.label}>{oneLine(call.name, 80)}</bdi>
      <bdi className={styles.preview}>{oneLine(argumentsLine(call.arguments), 160)}</bdi>
    </p>
  );
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
