/** The values of one field with their counts, asked for while somebody types. */

import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { facetsRoute } from '../../query/facets.ts';
import { useAnswer } from '../api/project.tsx';
import { useTimeRange } from '../api/time-range.ts';
import type { CountedValue, ValuesWanted } from './complete.ts';
import type { TraceFilters } from './fields.ts';

/** Pauses between key presses are shorter than this. */
const PAUSE_MS = 150;
const VALUES = 20;
const NONE: readonly CountedValue[] = [];

function useLater<Value>(value: Value, pauseMs: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}

/** Those of the question before stay until the new ones are there, as long as they are of the same field. */
export function useValues(wanted: ValuesWanted | undefined, filters: TraceFilters) {
  const { from, to } = useTimeRange();
  const field = wanted?.field.name;
  const prefix = useLater(wanted?.prefix ?? '', PAUSE_MS);
  const asked = useAnswer<typeof facetsRoute>(
    '/traces/facets',
    {
      query: {
        ...(filters as Record<string, string | readonly string[]>),
        ...{ from, to, field, values: VALUES, prefix: prefix === '' ? undefined : prefix },
      },
    },
    { enabled: field !== undefined, placeholderData: keepPreviousData },
  );
  const found = asked.data?.data.find((one) => one.field === field)?.values ?? NONE;
  return {
    values: field === undefined ? NONE : found,
    isAsking: field !== undefined && asked.isFetching,
    error: asked.error,
  };
}
