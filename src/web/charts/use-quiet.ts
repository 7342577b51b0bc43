/**
 * Whether none of some questions is under way. What stands further down waits for what stands above: the store answers
 * three questions at once, and the browser asks six.
 */

import { useIsFetching } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../api/project.tsx';

/** Of a short range the next questions may begin before the last ones are answered: what waits must have its turn. */
const PATIENCE_MS = 5_000;

export function useQuiet(paths: readonly string[]): boolean {
  const { projectId } = useApi();
  const isOne = ({ queryKey: [project, path] }: { queryKey: readonly unknown[] }) =>
    project === projectId && typeof path === 'string' && paths.includes(path);
  const isQuiet = useIsFetching({ predicate: isOne }) === 0;
  const [hasWaited, setWaited] = useState(false);
  useEffect(() => {
    setWaited(false);
    if (isQuiet) return;
    const timer = setTimeout(() => setWaited(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isQuiet]);
  return isQuiet || hasWaited;
}
