/** The spans below an execution that a Vellum client can show: workflows and nodes, by start. */

import type { ReadSpan } from '../reader.ts';

/** The execution first, then all spans of the trace that have it among their ancestors, in the order of the trace. */
export function executionsOf(trace: readonly ReadSpan[], execution: ReadSpan): readonly ReadSpan[] {
  const below = new Map<string, ReadSpan[]>();
  for (const span of trace) {
    const siblings = below.get(span.parentSpanId ?? '');
    if (siblings === undefined) below.set(span.parentSpanId ?? '', [span]);
    else siblings.push(span);
  }
  const found = new Set([execution.spanId]);
  // A set is walked in the order of insertion, also over what is added on the way.
  for (const spanId of found) for (const child of below.get(spanId) ?? []) found.add(child.spanId);
  const descendants = trace.filter((span) => span.spanId !== execution.spanId && found.has(span.spanId));
  return [execution, ...descendants].filter(({ kind }) => kind === 'workflow' || kind === 'node');
}
