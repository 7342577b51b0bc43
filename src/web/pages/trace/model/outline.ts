/** What `GET /traces/{traceId}?bodies=none` tells of a trace: enough for every view, and nothing that is large. */

import type { SpanBody } from '../../../../query/span-body.ts';
import type { TraceSummary as Summary } from '../../../../query/trace-summary.ts';

export type TraceSummary = Summary;

/** A span without its bodies; the panel asks for those of one span, the transcript for those that it shows. */
export type OutlineSpan = Readonly<
  Omit<SpanBody, 'input' | 'output' | 'params' | 'metadata' | 'annotations' | 'feedback'>
>;
