/** Which page stands where. Pages are loaded when they are opened first, and hovering a link is enough to begin. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { lastProject } from './api/session.ts';
import { readRangeSearch } from './api/time-range.ts';
import { allOf, oneOf, parseSearch, stringifySearch } from './search.ts';
import { NotFound } from './shell/not-found.tsx';
import { ProjectFrame } from './shell/project-frame.tsx';
import { Failure, Skeleton } from './ui/page.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    const project = lastProject();
    throw project === undefined
      ? redirect({ to: '/sign-in' })
      : redirect({ to: '/p/$projectId', params: { projectId: project.id } });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  /** `to`: where somebody wanted to go before the key was asked for. */
  validateSearch: (search): { to?: string } => {
    const to = oneOf(search.to);
    return to?.startsWith('/') === true && !to.startsWith('//') ? { to } : {};
  },
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in.tsx'), 'SignInPage'),
});

/** A link that knows a trace and not its project, such as those of vendors' clients. */
const anyTrace = createRoute({
  getParentRoute: () => root,
  path: '/traces/$traceId',
  component: lazyRouteComponent(() => import('./pages/trace/find-trace.tsx'), 'FindTracePage'),
});

const project = createRoute({
  getParentRoute: () => root,
  path: '/p/$projectId',
  validateSearch: readRangeSearch,
  search: { middlewares: [retainSearchParams(['range', 'from', 'to'])] },
  component: ProjectFrame,
});

const overview = createRoute({
  getParentRoute: () => project,
  path: '/',
  validateSearch: (search): { by?: string } => optional('by', oneOf(search.by)),
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'OverviewPage'),
});

const start = createRoute({
  getParentRoute: () => project,
  path: '/start',
  validateSearch: (search): { sdk?: string } => optional('sdk', oneOf(search.sdk)),
  component: lazyRouteComponent(() => import('./pages/start/start.tsx'), 'StartPage'),
});

/** Filters of `GET /traces`, by the API's own names, and what the table shows. */
export const TRACE_FILTERS = [
  'status',
  'dialect',
  'model',
  'agent',
  'userId',
  'sessionId',
  'tag',
  'environment',
  'name',
] as const;
export const TRACE_BOUNDS = [
  'durationMsMin',
  'durationMsMax',
  'costUsdMin',
  'costUsdMax',
  'tokensMin',
  'tokensMax',
  'errorsMin',
] as const;
export type TraceSearch = Partial<Record<(typeof TRACE_FILTERS)[number], readonly string[]>> &
  Partial<Record<(typeof TRACE_BOUNDS)[number], string>> & {
    readonly q?: string;
    /** Shown columns, where they are not the usual ones. */
    readonly columns?: readonly string[];
    readonly live?: '1';
  };

function readTraceSearch(search: Readonly<Record<string, unknown>>): TraceSearch {
  const filters = TRACE_FILTERS.map((name) => [name, allOf(search[name])] as const).filter(([, all]) => all.length > 0);
  const bounds = TRACE_BOUNDS.flatMap((name) => {
    const value = oneOf(search[name]);
    return value !== undefined && Number(value) >= 0 ? [[name, value] as const] : [];
  });
  const columns = allOf(search.columns);
  return {
    ...Object.fromEntries([...filters, ...bounds]),
    ...optional('q', oneOf(search.q)),
    ...(columns.length === 0 ? {} : { columns }),
    ...(oneOf(search.live) === '1' ? { live: '1' } : {}),
  };
}

const traces = createRoute({
  getParentRoute: () => project,
  path: '/traces',
  validateSearch: readTraceSearch,
  component: lazyRouteComponent(() => import('./pages/traces/traces.tsx'), 'TracesPage'),
});

export const TRACE_VIEWS = ['tree', 'timeline', 'graph', 'transcript'] as const;
export type TraceView = (typeof TRACE_VIEWS)[number];

const trace = createRoute({
  getParentRoute: () => project,
  path: '/traces/$traceId',
  validateSearch: (search): { view?: TraceView; span?: string; dialect?: string; hidden?: 'true' } => ({
    ...optional(
      'view',
      TRACE_VIEWS.find((view) => view === oneOf(search.view)),
    ),
    ...optional('span', oneOf(search.span)),
    ...optional('dialect', oneOf(search.dialect)),
    ...(oneOf(search.hidden) === 'true' ? { hidden: 'true' } : {}),
  }),
  component: lazyRouteComponent(() => import('./pages/trace/trace.tsx'), 'TracePage'),
});

const sessions = createRoute({
  getParentRoute: () => project,
  path: '/sessions',
  validateSearch: (search): { dialect?: string; userId?: string; q?: string } => ({
    ...optional('dialect', oneOf(search.dialect)),
    ...optional('userId', oneOf(search.userId)),
    ...optional('q', oneOf(search.q)),
  }),
  component: lazyRouteComponent(() => import('./pages/sessions/sessions.tsx'), 'SessionsPage'),
});

const session = createRoute({
  getParentRoute: () => project,
  path: '/sessions/$sessionId',
  validateSearch: (search): { dialect?: string } => optional('dialect', oneOf(search.dialect)),
  component: lazyRouteComponent(() => import('./pages/sessions/session.tsx'), 'SessionPage'),
});

const users = createRoute({
  getParentRoute: () => project,
  path: '/users',
  component: lazyRouteComponent(() => import('./pages/users/users.tsx'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => project,
  path: '/users/$userId',
  component: lazyRouteComponent(() => import('./pages/users/user.tsx'), 'UserPage'),
});

const agents = createRoute({
  getParentRoute: () => project,
  path: '/agents',
  /** `agent`: the one whose versions are compared. */
  validateSearch: (search): { agent?: string } => optional('agent', oneOf(search.agent)),
  component: lazyRouteComponent(() => import('./pages/agents/agents.tsx'), 'AgentsPage'),
});

const models = createRoute({
  getParentRoute: () => project,
  path: '/models',
  component: lazyRouteComponent(() => import('./pages/models/models.tsx'), 'ModelsPage'),
});

const tools = createRoute({
  getParentRoute: () => project,
  path: '/tools',
  component: lazyRouteComponent(() => import('./pages/tools/tools.tsx'), 'ToolsPage'),
});

const intake = createRoute({
  getParentRoute: () => project,
  path: '/intake',
  component: lazyRouteComponent(() => import('./pages/intake/intake.tsx'), 'IntakePage'),
});

const live = createRoute({
  getParentRoute: () => project,
  path: '/live',
  validateSearch: (search): { dialect?: string; type?: string; traceId?: string; q?: string } => ({
    ...optional('dialect', oneOf(search.dialect)),
    ...optional('type', oneOf(search.type)),
    ...optional('traceId', oneOf(search.traceId)),
    ...optional('q', oneOf(search.q)),
  }),
  component: lazyRouteComponent(() => import('./pages/live/live.tsx'), 'LivePage'),
});

export const SETTINGS_TABS = ['projects', 'keys', 'prices', 'retention', 'limits', 'redaction', 'audit'] as const;

const settings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  validateSearch: (search): { tab?: (typeof SETTINGS_TABS)[number] } =>
    optional(
      'tab',
      SETTINGS_TABS.find((tab) => tab === oneOf(search.tab)),
    ),
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'SettingsPage'),
});

/** Absent rather than undefined, so that it is not in the URL. */
function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  // A computed name widens to `string`; this is its only member.
  return (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value };
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    anyTrace,
    project.addChildren([
      ...[overview, start, traces, trace, sessions, session, users, user],
      ...[agents, models, tools, intake, live, settings],
    ]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Skeleton lines={8} />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
