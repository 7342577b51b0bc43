/** The span above and the spans below, as the trace that is already here tells them. */

import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { getTraceRoute } from '../../../../query/get-trace.ts';
import type { AnswerOf } from '../../../api/client.ts';
import { useApi } from '../../../api/project.tsx';
import { KindIcon, Status } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { oneLine } from '../../../ui/untrusted.tsx';
import type { OutlineSpan } from '../model/outline.ts';
import { Fact } from './span-facts.tsx';
import styles from './span-panel.module.css';

const SHOWN = 5;

interface Props {
  readonly traceId: string;
  readonly span: OutlineSpan;
  readonly onSelect: (spanId: string) => void;
}

export function SpanFamily({ traceId, span, onSelect }: Props) {
  const spans = useTraceInCache(traceId);
  const { parent, children } = useMemo(
    () => ({
      parent: spans.find(({ spanId }) => spanId === span.parentSpanId && spanId !== span.spanId),
      children: spans.filter(({ parentSpanId, spanId }) => parentSpanId === span.spanId && spanId !== span.spanId),
    }),
    [spans, span],
  );
  const [isAll, setAll] = useState(false);
  const shown = isAll ? children.slice(0, 200) : children.slice(0, SHOWN);
  return (
    <>
      {span.parentSpanId !== null && (
        <Fact name="Parent">
          {parent === undefined ? (
            <span className={styles.muted}>{oneLine(span.parentSpanId, 60)}, not in the trace</span>
          ) : (
            <Relative span={parent} onSelect={onSelect} />
          )}
        </Fact>
      )}
      {children.length > 0 && (
        <Fact name={children.length === 1 ? 'Child' : `${children.length} children`}>
          <span className={styles.relatives}>
            {shown.map((child) => (
              <Relative key={child.spanId} span={child} onSelect={onSelect} />
            ))}
            {shown.length < children.length && !isAll && (
              <Button isSmall look="ghost" onClick={() => setAll(true)}>
                {children.length - shown.length} more
              </Button>
            )}
          </span>
        </Fact>
      )}
    </>
  );
}

function Relative({ span, onSelect }: { span: OutlineSpan; onSelect: (spanId: string) => void }) {
  return (
    <button type="button" className={styles.relative} onClick={() => onSelect(span.spanId)}>
      <KindIcon kind={span.kind} />
      <bdi>{oneLine(span.name ?? span.kind ?? span.spanId, 60)}</bdi>
      {span.status !== 'ok' && <Status status={span.status} isIcon />}
    </button>
  );
}

/** The page around has asked for it, with or without hidden spans; nothing is asked again. */
function useTraceInCache(traceId: string): readonly OutlineSpan[] {
  const client = useQueryClient();
  const { projectId } = useApi();
  const found = client.getQueriesData<AnswerOf<typeof getTraceRoute>>({
    predicate: ({ queryKey: [project, path, asking] }) =>
      project === projectId &&
      path === '/traces/{traceId}' &&
      (asking as { readonly params?: { readonly traceId?: string } } | undefined)?.params?.traceId === traceId,
  });
  return found
    .map(([, answer]) => answer?.spans ?? [])
    .reduce((best, spans) => (spans.length > best.length ? spans : best), []);
}
