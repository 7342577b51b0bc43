/** Below a list that may have more rows than are loaded. */

import { Button } from './button.tsx';
import styles from './more-rows.module.css';

/** As many as the server gives in one answer (docs/guide/api.md). */
export const ROWS_MAX = 1000;
export const ROWS_FIRST = 100;

/** Asking for a longer page, and not for the next one, keeps the rows in one order while the range moves on. */
function moreRows(limit: number): number {
  return Math.min(limit * 3, ROWS_MAX);
}

export function MoreRows({
  what,
  count,
  hasMore,
  isSorted,
  isBusy,
  limit,
  onMore,
}: {
  /** `users` */
  what: string;
  count: number;
  hasMore: boolean;
  isSorted: boolean;
  isBusy: boolean;
  limit: number;
  onMore: (limit: number) => void;
}) {
  if (!hasMore) return null;
  return (
    <p className={styles.more}>
      The latest {count} {what}
      {isSorted ? ', sorted among themselves' : ''}.
      {limit < ROWS_MAX ? (
        <Button isSmall isBusy={isBusy} onClick={() => onMore(moreRows(limit))}>
          Load more
        </Button>
      ) : (
        ' A shorter time shows the others.'
      )}
    </p>
  );
}
