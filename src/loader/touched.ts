/**
 * Which spans of a batch the enrich stage has to look at again. A superset, told from the batch alone: whoever changes
 * what decides about a span names it, so the end does not depend on the order or the batches in which things came.
 *
 * A complete call with its usage that is a trace of its own is neither to be counted nor part of a tree, and is not named.
 */

import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { SpanFragment } from '../canonical/span.ts';
import type { LoadedEvent } from './batch.ts';

export interface TouchedSpan {
  readonly projectId: ProjectId;
  readonly dialect: DialectName;
  readonly traceId: string;
  readonly spanId: string;
  /** It may be a model call whose tokens have to be counted. Otherwise only its trace matters. */
  readonly mayNeedCount: boolean;
}

/** What the fragments of one span in this batch say, as far as it matters here. */
interface Summary {
  readonly span: Omit<TouchedSpan, 'mayNeedCount'>;
  mayBeCall: boolean;
  isCall: boolean;
  hasContent: boolean;
  hasUsage: boolean;
  /** Every usage of the batch tells both sides, so whichever wins leaves nothing to count. */
  isUsageComplete: boolean;
  hasPlace: boolean;
  /** Its vendor's calls stand alone: it is its own trace, whatever else comes. */
  isAlone: boolean;
}

export function touchedSpans(events: readonly LoadedEvent[]): TouchedSpan[] {
  const summaries = new Map<string, Summary>();
  const touched: TouchedSpan[] = [];
  const traces = new Set<string>();
  const touchTrace = (span: Summary['span']) => {
    const trace = traceKey(span);
    if (traces.has(trace)) return;
    traces.add(trace);
    touched.push({ ...span, mayNeedCount: false });
  };
  for (const event of events) {
    for (const fragment of event.fragments) summarise(summaryOf(summaries, event, fragment.spanId), fragment, event);
    // What is left of the trace may count again without what is deleted.
    if (event.draft.erases !== undefined) touchTrace(placed(event, event.draft.spanId));
  }
  const list = [...summaries.values()];
  for (const { span } of list.filter(mayNeedCount)) {
    touched.push({ ...span, mayNeedCount: true });
    traces.add(traceKey(span));
  }
  for (const { span } of list.filter(mayMoveUsage)) touchTrace(span);
  return touched;
}

function summaryOf(summaries: Map<string, Summary>, event: LoadedEvent, spanId: string): Summary {
  const key = `${event.projectId}${event.dialect}${event.traceId.length}:${event.traceId}${spanId}`;
  const known = summaries.get(key);
  if (known !== undefined) return known;
  const summary: Summary = {
    span: placed(event, spanId),
    mayBeCall: false,
    isCall: false,
    hasContent: false,
    hasUsage: false,
    isUsageComplete: true,
    hasPlace: false,
    isAlone: true,
  };
  summaries.set(key, summary);
  return summary;
}

/** Ids as the store has them (rows.ts). */
function placed(event: LoadedEvent, spanId: string): Summary['span'] {
  return {
    projectId: event.projectId,
    dialect: event.dialect,
    traceId: event.traceId.toWellFormed(),
    spanId: spanId.toWellFormed(),
  };
}

function summarise(summary: Summary, { text, usage, parentStep, spanId }: SpanFragment, event: LoadedEvent): void {
  const { kind, status, parentSpanId } = text;
  const isCall = kind === 'llm' || kind === 'embedding';
  summary.isCall ||= isCall;
  // An error may be told by an event of another kind than the call's (WhyOps), a feedback by one of none.
  summary.mayBeCall ||= isCall || kind === undefined || status === 'error';
  const hasEnded = status === 'ok' || status === 'error';
  summary.hasContent ||=
    hasEnded || [text.input, text.output, text.params, text.model].some((part) => part !== undefined);
  if (usage !== undefined) {
    summary.hasUsage = true;
    summary.isUsageComplete &&= usage.input !== undefined && usage.output !== undefined;
  }
  summary.hasPlace ||= (parentSpanId !== undefined && parentSpanId !== spanId) || parentStep !== undefined;
  summary.isAlone &&= isAlone(event, spanId);
}

function mayNeedCount(summary: Summary): boolean {
  return (
    summary.mayBeCall && (summary.hasContent || summary.hasUsage) && !(summary.hasUsage && summary.isUsageComplete)
  );
}

/** A link of the tree, or usage that may stand above or below other usage: parents and children come in any order. */
function mayMoveUsage(summary: Summary): boolean {
  return summary.hasPlace || (summary.hasUsage && !(summary.isCall && summary.isAlone));
}

function isAlone({ draft: { placement }, step, traceId }: LoadedEvent, spanId: string): boolean {
  return step === 0 && traceId === spanId && (placement.by === 'self' || placement.by === 'trace');
}

function traceKey({ projectId, dialect, traceId }: Summary['span']): string {
  return `${projectId}|${dialect}|${traceId}`;
}
