/** What a key's scopes do not permit is explained, not hidden. */

import { LockKeyhole } from 'lucide-react';
import type { ReactNode } from 'react';
import { useKey } from '../api/project.tsx';
import styles from './needs-scope.module.css';
import { Failure, Skeleton } from './page.tsx';

export type KeyScope = 'ingest' | 'read' | 'admin' | 'instance';

/** `undefined` until it is known. */
export function useScope(scope: KeyScope): boolean | undefined {
  const { data } = useKey();
  return data?.scopes.includes(scope);
}

export function scopeReason(scope: KeyScope): string {
  return `needs a key with the scope ${scope}`;
}

/** `to`: what cannot be done, "Creating a project". */
export function NeedsScope({ to, scope }: { to: string; scope: KeyScope }) {
  return (
    <p className={styles.note}>
      <LockKeyhole aria-hidden="true" />
      <span>
        {to} needs a key with the scope <code>{scope}</code>. You are signed in with one that has not got it.
      </span>
    </p>
  );
}

/** Its children with the scope, the reason without it. */
export function WithScope({ to, scope, children }: { to: string; scope: KeyScope; children: ReactNode }) {
  const { data, error, refetch } = useKey();
  if (data === undefined)
    return error === null ? <Skeleton lines={4} /> : <Failure error={error} onRetry={() => void refetch()} />;
  return data.scopes.includes(scope) ? children : <NeedsScope to={to} scope={scope} />;
}
