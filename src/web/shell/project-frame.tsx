/** Around every page of a project: where one can go, which project, which time, and the page itself. */

import { useIsFetching } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Menu as MenuIcon, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ProjectProvider } from '../api/project.tsx';
import { rememberLast, signedInProjects } from '../api/session.ts';
import { IconButton } from '../ui/button.tsx';
import { useHotkeys } from '../ui/hotkey.ts';
import { KeysHelp } from './keys-help.tsx';
import { Navigation, PAGES } from './navigation.tsx';
import { Palette } from './palette.tsx';
import styles from './project-frame.module.css';
import { ProjectMenu } from './project-menu.tsx';
import { TimeRangeMenu } from './time-range-menu.tsx';

/** Pages without a time: what they show is now, or is not of a time at all. */
const TIMELESS = /^\/(start|live|settings|intake|traces\/|sessions\/|users\/)/;

export function ProjectFrame() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const { pathname, searchStr } = useLocation();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const [overlay, setOverlay] = useState<'palette' | 'keys'>();
  const isSignedIn = signedInProjects().some(({ id }) => id === projectId);

  useEffect(() => {
    if (isSignedIn) rememberLast(projectId);
    // This frame stays until the next page is loaded, and sees that page's address: going there again would never end.
    else if (pathname.startsWith(`/p/${projectId}`))
      void navigate({ to: '/sign-in', search: { to: `${pathname}${searchStr}` }, replace: true });
  }, [isSignedIn, projectId, navigate, pathname, searchStr]);
  // Choosing a page closes the drawer of small screens.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what matters
  useEffect(() => setOpen(false), [pathname]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOverlay((shown) => (shown === 'palette' ? undefined : 'palette'));
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
  useHotkeys([
    { key: '?', says: 'Show all keys', run: () => setOverlay('keys') },
    ...PAGES.flatMap(({ hotkey, label, to }) =>
      hotkey === undefined
        ? []
        : [{ key: hotkey, says: `Go to ${label}`, run: () => void navigate({ to, params: { projectId } }) }],
    ),
  ]);

  if (!isSignedIn) return null;
  const isTimed = !TIMELESS.test(pathname.slice(`/p/${projectId}`.length));
  return (
    <ProjectProvider projectId={projectId} key={projectId}>
      <div className={styles.frame}>
        <a className={styles.skip} href="#content">
          Skip to the content
        </a>
        <header className={styles.bar}>
          <IconButton
            className={styles.drawerButton ?? ''}
            label={isOpen ? 'Close the menu' : 'Open the menu'}
            aria-expanded={isOpen}
            icon={isOpen ? <X aria-hidden="true" /> : <MenuIcon aria-hidden="true" />}
            onClick={() => setOpen(!isOpen)}
          />
          <ProjectMenu projectId={projectId} />
          <div className={styles.barEnd}>{isTimed && <TimeRangeMenu />}</div>
        </header>
        <div className={`${styles.side} ${isOpen ? styles.open : ''}`}>
          <Navigation projectId={projectId} onSearch={() => setOverlay('palette')} />
        </div>
        <Content />
        {overlay === 'palette' && <Palette projectId={projectId} onClose={() => setOverlay(undefined)} />}
        {overlay === 'keys' && <KeysHelp onClose={() => setOverlay(undefined)} />}
      </div>
    </ProjectProvider>
  );
}

/** Busy while something that is shown, here or around it, was never answered; what is asked again stays readable meanwhile. */
function Content() {
  const waiting = useIsFetching({ predicate: ({ state }) => state.data === undefined });
  return (
    <main id="content" className={styles.content} tabIndex={-1} aria-busy={waiting > 0}>
      <Outlet />
    </main>
  );
}
