/** Changes a part of the page's state in the URL: no new entry of the history, and no scrolling. */

import { useNavigate } from '@tanstack/react-router';

export type SearchChange = Readonly<Record<string, string | undefined>>;

/** `undefined` takes a name out of the URL. */
export function useSearchChange(): (change: SearchChange) => void {
  const navigate = useNavigate();
  return (change) =>
    void navigate({
      to: '.',
      replace: true,
      resetScroll: false,
      search: (before) => ({ ...(before as SearchChange), ...change }),
    });
}
