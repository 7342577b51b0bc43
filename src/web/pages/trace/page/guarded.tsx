/** What fails in one part of the page, such as the panel on a body that nobody thought of, leaves the others as they are. */

import { CatchBoundary } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Failure } from '../../../ui/page.tsx';

/** Tries again by itself when the key changes. */
export function Guarded({ resetKey, children }: { resetKey: string; children: ReactNode }) {
  return (
    <CatchBoundary
      getResetKey={() => resetKey}
      errorComponent={({ error, reset }) => <Failure error={error} onRetry={reset} />}
    >
      {children}
    </CatchBoundary>
  );
}
