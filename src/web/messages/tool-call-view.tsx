/** A tool's call with its results below: one line at first, with what it was called with. */

import { Wrench } from 'lucide-react';
import { Badge } from '../ui/badge.tsx';
import { oneLine } from '../ui/untrusted.tsx';
import { argumentsLine } from './compact.ts';
import { Fold } from './fold.tsx';
import type { ToolCallPart, ToolResultPart } from './message.ts';
import styles from './messages.module.css';
import { JsonBody, PartView, RestView } from './part-view.tsx';

/** Without a call: a result whose call is not here. */
export function ToolCallView({ call, results }: { call?: ToolCallPart; results: readonly ToolResultPart[] }) {
  const [first] = results;
  const isError = results.some((result) => result.isError);
  const name = call?.name ?? first?.name ?? first?.id ?? 'tool';
  const line = call === undefined ? resultLine(first) : argumentsLine(call.arguments);
  return (
    <Fold
      summary={
        <>
          <Wrench aria-hidden="true" className={styles.toolIcon} />
          <span className="visually-hidden">{call === undefined ? 'Result of tool' : 'Call of tool'}</span>
          <bdi className={styles.label}>{oneLine(name, 80)}</bdi>
          <bdi className={styles.preview}>{oneLine(line, 200)}</bdi>
          {isError && <Badge tone="error">error</Badge>}
          {call !== undefined && first === undefined && <span className={styles.muted}>no result here</span>}
        </>
      }
    >
      {call !== undefined && (
        <>
          <p className={styles.caption}>Arguments</p>
          {call.arguments === undefined ? (
            <p className={styles.muted}>none</p>
          ) : (
            <JsonBody value={call.arguments} label="arguments" />
          )}
          <RestView rest={call.rest} label="the call" />
        </>
      )}
      {results.map((result, index) => (
        // Results have no identity beyond their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={styles.result}>
          <p className={styles.caption}>{result.isError ? 'Result, an error' : 'Result'}</p>
          {result.content.length === 0 && <p className={styles.muted}>empty</p>}
          {result.content.map((part, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity beyond their place
            <PartView key={place} part={part} />
          ))}
          <RestView rest={result.rest} label="the result" />
        </div>
      ))}
    </Fold>
  );
}

function resultLine(result: ToolResultPart | undefined): string {
  const [part] = result?.content ?? [];
  if (part === undefined) return '';
  return part.type === 'text' ? part.text.slice(0, 400) : argumentsLine(part.type === 'json' ? part.value : part);
}
