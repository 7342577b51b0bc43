/** The bodies of the rows in sight, asked for in pages and kept as long as they are near. */

import { useQueries } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { SpanBody } from '../../../../query/span-body.ts';
import type { traceSpansRoute } from '../../../../query/trace-spans.ts';
import type { AnswerOf } from '../../../api/client.ts';
import { useApi } from '../../../api/project.tsx';
import type { BodyPage, BodyPages } from './body-pages.ts';
import { traceKey } from './rows.ts';
import type { Bodies } from './tell.ts';

/** The page around hears events; this is for what no event tells. */
const RUNNING_REFETCH_MS = 5_000;
/** 1 200 spans: far more than anybody reads at once. */
const KEPT_PAGES = 30;

export interface Loading {
  readonly bodies: Bodies;
  readonly error: unknown;
  readonly retry: () => void;
  /** Rows that are in sight now. */
  readonly see: (rowKeys: readonly string[]) => void;
}

export function useBodies({ pages, pageOf }: BodyPages): Loading {
  const api = useApi();
  // The latest seen come last.
  const [wanted, setWanted] = useState<readonly string[]>([]);
  const asked = useMemo(() => pages.filter(({ key }) => wanted.includes(key)), [pages, wanted]);
  const { answers, error, retry } = useQueries({
    queries: asked.map(({ trace: { traceId, dialect }, spanIds, isRunning }) => {
      // Hidden ones are asked for only if the outline has them.
      const asking = { params: { traceId }, query: { spanId: spanIds, dialect, hidden: 'true' } };
      return {
        queryKey: [api.projectId, '/traces/{traceId}/spans', asking],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          api.call<typeof traceSpansRoute>('get', '/traces/{traceId}/spans', { ...asking, signal }),
        refetchInterval: isRunning ? RUNNING_REFETCH_MS : (false as const),
      };
    }),
    combine,
  });
  const before = useRef<Bodies>(new Map());
  const bodies = useMemo(() => {
    const now = keep(before.current, asked, answers);
    before.current = now;
    return now;
  }, [asked, answers]);
  const see = useCallback(
    (rowKeys: readonly string[]) => {
      const places = new Set(rowKeys.flatMap((key) => pageOf.get(key) ?? []));
      // What came before them tells which of their messages are new.
      const first = Math.min(...places);
      if (first > 0 && first < pages.length) places.add(first - 1);
      const keys = [...places].sort((a, b) => a - b).flatMap((place) => pages[place]?.key ?? []);
      setWanted((now) =>
        keys.every((key) => now.includes(key))
          ? now
          : [...now.filter((key) => !keys.includes(key)), ...keys].slice(-Math.max(KEPT_PAGES, keys.length)),
      );
    },
    [pages, pageOf],
  );
  return { bodies, error, retry, see };
}

type Answer = AnswerOf<typeof traceSpansRoute>;
interface Asked {
  readonly data?: Answer | undefined;
  readonly error: unknown;
  readonly refetch: () => Promise<unknown>;
}

function combine(results: readonly Asked[]) {
  const failed = results.filter((result) => result.error !== null);
  return {
    answers: results.map((result) => result.data),
    error: failed[0]?.error ?? null,
    retry: () => {
      for (const result of failed) void result.refetch();
    },
  };
}

/** A page that is asked for again, with a span more, keeps what it has until the answer is there. */
function keep(before: Bodies, asked: readonly BodyPage[], answers: readonly (Answer | undefined)[]): Bodies {
  const now = new Map<string, SpanBody>();
  asked.forEach(({ trace, spanIds }, index) => {
    const own = traceKey(trace);
    for (const spanId of spanIds) {
      const known = before.get(`${own}|${spanId}`);
      if (known !== undefined) now.set(`${own}|${spanId}`, known);
    }
    for (const span of answers[index]?.data ?? []) now.set(`${own}|${span.spanId}`, span);
  });
  return now;
}
