/** The outlines of the traces in sight, asked for one by one as somebody reads on. */

import { useQueries } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { getTraceRoute } from '../../../query/get-trace.ts';
import type { TraceSummary } from '../../../query/trace-summary.ts';
import { useApi } from '../../api/project.tsx';
import type { TranscriptPart } from '../trace/transcript/items.ts';
import { traceKey } from '../trace/transcript/rows.ts';

/** Before somebody has scrolled. */
const AT_FIRST = 3;
const RUNNING_REFETCH_MS = 5_000;

interface Outlines {
  readonly parts: readonly TranscriptPart[];
  /** These are in sight. */
  readonly see: (traces: readonly TraceSummary[]) => void;
}

/** Once asked for, a trace stays: what follows is told without what it has said. */
export function useOutlines(traces: readonly TraceSummary[]): Outlines {
  const api = useApi();
  const [seenCount, setSeenCount] = useState(AT_FIRST);
  const seen = useMemo(() => traces.slice(0, seenCount), [traces, seenCount]);
  const answers = useQueries({
    queries: seen.map(({ traceId, dialect, status }) => {
      const asking = { params: { traceId }, query: { dialect, bodies: 'none' } } as const;
      return {
        queryKey: [api.projectId, '/traces/{traceId}', asking],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          api.call<typeof getTraceRoute>('get', '/traces/{traceId}', { ...asking, signal }),
        refetchInterval: status === 'running' ? RUNNING_REFETCH_MS : (false as const),
      };
    }),
    combine,
  });
  const parts = useMemo(
    () => traces.map((trace, index) => ({ trace, spans: answers[index]?.spans, error: answers[index]?.error })),
    [traces, answers],
  );
  const see = useCallback(
    (inSight: readonly TraceSummary[]) => {
      const keys = new Set(inSight.map(traceKey));
      const last = traces.findLastIndex((trace) => keys.has(traceKey(trace)));
      // The next one, too, so that it is there when it comes into sight.
      setSeenCount((count) => Math.max(count, last + 2));
    },
    [traces],
  );
  return { parts, see };
}

interface Answer {
  readonly data?: { readonly spans: TranscriptPart['spans'] } | undefined;
  readonly error: unknown;
}

function combine(answers: readonly Answer[]) {
  return answers.map(({ data, error }) => ({ spans: data?.spans, error }));
}
