/** The last value that was there: what is shown stays while the next is asked. */

import { useEffect, useRef } from 'react';

export function useLatest<Value>(value: Value | undefined): Value | undefined {
  const last = useRef<Value>(undefined);
  useEffect(() => {
    if (value !== undefined) last.current = value;
  }, [value]);
  return value ?? last.current;
}
