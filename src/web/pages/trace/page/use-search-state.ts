/**
 * The part of the URL that this page owns, which it may change as fast as keys repeat: shown at once, written a moment
 * later. Browsers refuse more than about 200 changes of the address in half a minute.
 */

import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { OneTraceSearch } from '../../../router.tsx';

const WRITE_MS = 150;
const A_TRACE = /^\/p\/[^/]+\/traces\/./;

/** A member that is `undefined` goes away. */
export type Patch = { readonly [Name in keyof OneTraceSearch]?: OneTraceSearch[Name] | undefined };

export interface SearchState {
  readonly search: OneTraceSearch;
  readonly change: (patch: Patch) => void;
  /** As a step of its own, which the browser's "back" takes back. */
  readonly changeAsStep: (patch: Patch) => void;
}

export function useSearchState(): SearchState {
  const written = useSearch({ from: '/p/$projectId/traces/$traceId' });
  const navigate = useNavigate({ from: '/p/$projectId/traces/$traceId' });
  const router = useRouter();
  const [pending, setPending] = useState<Patch>({});
  const latest = useRef<Patch>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const write = useCallback(
    async (isStep: boolean) => {
      clearTimeout(timer.current);
      // Another page is being loaded, and this one stays until it is there: to write now would lead back.
      if (!A_TRACE.test(router.latestLocation.pathname)) return;
      const patch = latest.current;
      await navigate({
        to: '.',
        search: (before) => applied(before, patch),
        replace: !isStep,
        resetScroll: false,
      });
      // Unless something has been changed meanwhile.
      if (latest.current === patch) {
        latest.current = {};
        setPending({});
      }
    },
    [navigate, router],
  );
  const change = useCallback(
    (patch: Patch) => {
      latest.current = { ...latest.current, ...patch };
      setPending(latest.current);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void write(false), WRITE_MS);
    },
    [write],
  );
  const changeAsStep = useCallback(
    (patch: Patch) => {
      latest.current = { ...latest.current, ...patch };
      setPending(latest.current);
      void write(true);
    },
    [write],
  );
  return { search: applied(written, pending), change, changeAsStep };
}

function applied<Search extends OneTraceSearch>(search: Search, patch: Patch): Search {
  const members = Object.entries({ ...search, ...patch }).filter(([, value]) => value !== undefined);
  // The patch has the types of the search, but for `undefined`, which is taken out here.
  return Object.fromEntries(members) as Search;
}
