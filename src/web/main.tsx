/** The dashboard, in the browser. */

import './tokens.css';
import './base.css';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/client.ts';
import { forget } from './api/session.ts';
import { router } from './router.tsx';
import { Toasts } from './ui/toast.tsx';
import { TooltipProvider } from './ui/tooltip.tsx';

/** An answer is fresh for so long: going back to a page shows it at once. */
const STALE_MS = 10_000;
const RETRIES = 2;

// What holds the page still behind a dialog does it with a style of its own, which needs the page's nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce !== undefined && nonce !== '') setNonce(nonce);

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_MS,
      // A refusal stays one; a server that restarts comes back.
      retry: (failures, error) =>
        failures < RETRIES && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
      refetchOnWindowFocus: false,
    },
  },
  queryCache: new QueryCache({
    onError: (error, { queryKey: [projectId] }) => {
      if (!(error instanceof ApiError) || error.status !== 401 || typeof projectId !== 'string') return;
      forget(projectId);
      const { pathname, searchStr } = router.state.location;
      if (pathname.startsWith(`/p/${projectId}`))
        void router.navigate({ to: '/sign-in', search: { to: `${pathname}${searchStr}` } });
    },
  }),
});

// The server is of another version than this page, and the files that it would load next are gone: the new page has others.
// Once in a while only, so that a file that cannot be had does not load the page for ever.
const RELOAD_PAUSE_MS = 30_000;
const RELOADED_AS = 'tributary.reloaded';
window.addEventListener('vite:preloadError', () => {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED_AS)) < RELOAD_PAUSE_MS) return;
  sessionStorage.setItem(RELOADED_AS, String(Date.now()));
  location.reload();
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={400}>
        <RouterProvider router={router} />
        <Toasts />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
