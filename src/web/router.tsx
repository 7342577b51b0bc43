/** Which page stands where. Pages are loaded when they are opened first, and hovering a link is enough to begin. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { keepRange } from './api/keep-range.ts';
import { lastProject } from './api/session.ts';
import { readRangeSearch } from './api/time-range.ts';
import { readTraceSearch } from './pages/traces/trace-search.ts';
import { allOf, isOwnPath, oneOf, parseSearch, stringifySearch } from './search.ts';
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
    return to !== undefined && isOwnPath(to) ? { to } : {};
  },
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in.tsx'), 'SignInPage'),
});

/** A link that knows a trace and not its project, such as those of vendors' clients. */
const anyTrace = createRoute({
  getParentRoute: () => root,
  path: '/traces/$traceId',
  validateSearch: readOneTraceSearch,
  component: lazyRouteComponent(() => import('./pages/trace/find-trace.tsx'), 'FindTracePage'),
});

const project = createRoute({
  getParentRoute: () => root,
  path: '/p/$projectId',
  validateSearch: readRangeSearch,
  search: { middlewares: [keepRange] },
  component: ProjectFrame,
  notFoundComponent: NotFound,
});

const overview = createRoute({
  getParentRoute: () => project,
  path: '/',
  validateSearch: (search): { by?: string; latency?: string } => ({
    ...optional('by', oneOf(search.by)),
    ...optional('latency', oneOf(search.latency)),
  }),
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'OverviewPage'),
});

const start = createRoute({
  getParentRoute: () => project,
  path: '/start',
  validateSearch: (search): { sdk?: string } => optional('sdk', oneOf(search.sdk)),
  component: lazyRouteComponent(() => import('./pages/start/start.tsx'), 'StartPage'),
});

const traces = createRoute({
  getParentRoute: () => project,
  path: '/traces',
  validateSearch: readTraceSearch,
  component: lazyRouteComponent(() => import('./pages/traces/traces.tsx'), 'TracesPage'),
});

export const TRACE_VIEWS = ['tree', 'timeline', 'graph', 'transcript'] as const;
export type TraceView = (typeof TRACE_VIEWS)[number];

export interface OneTraceSearch {
  readonly view?: TraceView;
  readonly span?: string;
  readonly dialect?: string;
  readonly hidden?: 'true';
  /** What is looked for in the tree: a text, kinds of spans, only those that failed. */
  readonly find?: string;
  readonly kind?: readonly string[];
  readonly failed?: 'true';
}

function readOneTraceSearch(search: Readonly<Record<string, unknown>>): OneTraceSearch {
  const kind = allOf(search.kind);
  return {
    ...optional(
      'view',
      TRACE_VIEWS.find((view) => view === oneOf(search.view)),
    ),
    ...optional('span', oneOf(search.span)),
    ...optional('dialect', oneOf(search.dialect)),
    ...(oneOf(search.hidden) === 'true' ? { hidden: 'true' } : {}),
    ...optional('find', oneOf(search.find)),
    ...(kind.length === 0 ? {} : { kind }),
    ...(oneOf(search.failed) === 'true' ? { failed: 'true' } : {}),
  };
}

const trace = createRoute({
  getParentRoute: () => project,
  path: '/traces/$traceId',
  validateSearch: readOneTraceSearch,
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
  validateSearch: readSort,
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
  validateSearch: (search): { agent?: string; sort?: string } => ({
    ...optional('agent', oneOf(search.agent)),
    ...readSort(search),
  }),
  component: lazyRouteComponent(() => import('./pages/agents/agents.tsx'), 'AgentsPage'),
});

const models = createRoute({
  getParentRoute: () => project,
  path: '/models',
  /** `model`, with its `provider` if it names one: whose prices are shown. */
  validateSearch: (search): { model?: string; provider?: string; sort?: string } => ({
    ...optional('model', oneOf(search.model)),
    ...optional('provider', oneOf(search.provider)),
    ...readSort(search),
  }),
  component: lazyRouteComponent(() => import('./pages/models/models.tsx'), 'ModelsPage'),
});

const tools = createRoute({
  getParentRoute: () => project,
  path: '/tools',
  validateSearch: readSort,
  component: lazyRouteComponent(() => import('./pages/tools/tools.tsx'), 'ToolsPage'),
});

export const LETTER_STATES = ['dead', 'retrying', 'discarded'] as const;

/** `undefined` takes a name out of the URL. */
export interface IntakeSearch {
  readonly state?: (typeof LETTER_STATES)[number] | undefined;
  readonly dialect?: string | undefined;
  readonly letter?: string | undefined;
}

const intake = createRoute({
  getParentRoute: () => project,
  path: '/intake',
  /** `letter`: the position of the dead letter that is open. */
  validateSearch: (search): IntakeSearch => ({
    ...optional(
      'state',
      LETTER_STATES.find((state) => state === oneOf(search.state)),
    ),
    ...optional('dialect', oneOf(search.dialect)),
    ...optional('letter', /^\d{1,15}$/.test(oneOf(search.letter) ?? '') ? oneOf(search.letter) : undefined),
  }),
  component: lazyRouteComponent(() => import('./pages/intake/intake.tsx'), 'IntakePage'),
});

export interface LiveSearch {
  readonly dialect?: string | undefined;
  readonly type?: string | undefined;
  readonly traceId?: string | undefined;
  /** Words that the events shown must hold. */
  readonly q?: string | undefined;
}

const live = createRoute({
  getParentRoute: () => project,
  path: '/live',
  validateSearch: (search): LiveSearch => ({
    ...optional('dialect', oneOf(search.dialect)),
    ...optional('type', oneOf(search.type)),
    ...optional('traceId', oneOf(search.traceId)),
    ...optional('q', oneOf(search.q)),
  }),
  component: lazyRouteComponent(() => import('./pages/live/live.tsx'), 'LivePage'),
});

export const SETTINGS_TABS = ['projects', 'keys', 'prices', 'retention', 'limits', 'redaction', 'audit'] as const;

export interface SettingsSearch {
  readonly tab?: (typeof SETTINGS_TABS)[number] | undefined;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly repricing?: string | undefined;
  readonly action?: string | undefined;
}

const settings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  /** `model`, `provider`: whose price is shown. `repricing`: the one that is watched. `action`: of the audit log. */
  validateSearch: (search): SettingsSearch => ({
    ...optional(
      'tab',
      SETTINGS_TABS.find((tab) => tab === oneOf(search.tab)),
    ),
    ...optional('model', oneOf(search.model)),
    ...optional('provider', oneOf(search.provider)),
    ...optional('repricing', oneOf(search.repricing)),
    ...optional('action', oneOf(search.action)),
  }),
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'SettingsPage'),
});

/** The column that a table is sorted by (ui/sorted.ts). */
function readSort(search: Readonly<Record<string, unknown>>): { sort?: string } {
  return optional('sort', oneOf(search.sort));
}

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
