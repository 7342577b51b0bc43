/** A server with the demo in it, as the browser tests and the screenshots look at it. */

import { loadDemo } from '../../src/demo/load.ts';
import { type StartOptions, TestServer } from './server.ts';

/** A Saturday evening: the same week in every picture. */
export const DEMO_BASE_MS = Date.UTC(2026, 10, 21, 19, 0, 0);

/** `scale`: share of the ordinary traffic; the featured traces are always whole. */
export async function startDemoServer(scale: number, baseMs: number, options: StartOptions = {}): Promise<TestServer> {
  const server = await TestServer.start(options);
  await loadDemo({ url: server.url, key: server.key }, { seed: 1, scale, baseMs, nowMs: Date.now() }, () => undefined);
  await server.settle();
  return server;
}

export interface Place {
  readonly name: string;
  /** Below `/p/<project>`; `undefined`: the sign-in page. */
  readonly path: string | undefined;
  /** Something that is there only when the page has its data. */
  readonly shows: string;
}

const WEEK = '?range=7d';

/** Every page, with something of the demo on it. */
export const PLACES: readonly Place[] = [
  { name: 'sign-in', path: undefined, shows: 'Sign in to Tributary' },
  { name: 'connect', path: '/start', shows: 'Lunary' },
  { name: 'overview', path: `/${WEEK}`, shows: 'Latency p99' },
  { name: 'overview-by-model', path: `/${WEEK}&by=model`, shows: 'claude-haiku-4-5' },
  { name: 'traces', path: `/traces${WEEK}`, shows: 'support-agent' },
  { name: 'traces-filtered', path: `/traces${WEEK}&status=error&dialect=lunary`, shows: 'support-agent' },
  { name: 'trace-tree', path: '/traces/demo-support-tool-failed', shows: 'support-agent' },
  { name: 'trace-timeline', path: '/traces/demo-support-retry?view=timeline', shows: 'support-agent' },
  { name: 'trace-graph', path: '/traces/demo-research-crew?view=graph', shows: 'web_search' },
  { name: 'trace-transcript', path: '/traces/demo-support-retry?view=transcript', shows: 'support-agent' },
  { name: 'sessions', path: `/sessions${WEEK}`, shows: 'demo-thread' },
  { name: 'session', path: '/sessions/demo-thread', shows: 'demo-thread' },
  { name: 'users', path: `/users${WEEK}`, shows: 'cust_1047' },
  { name: 'agents', path: `/agents${WEEK}`, shows: 'trip-planner' },
  { name: 'agent-versions', path: `/agents${WEEK}&agent=trip-planner`, shows: 'trip-planner' },
  { name: 'models', path: `/models${WEEK}`, shows: 'gpt-5-mini' },
  { name: 'tools', path: `/tools${WEEK}`, shows: 'search' },
  { name: 'intake', path: '/intake', shows: 'Dead letters' },
  { name: 'live', path: '/live', shows: 'connected' },
  { name: 'settings-projects', path: '/settings?tab=projects', shows: 'default' },
  { name: 'settings-keys', path: '/settings?tab=keys', shows: 'first key' },
  { name: 'settings-prices', path: '/settings?tab=prices', shows: 'prices' },
  { name: 'settings-retention', path: '/settings?tab=retention', shows: 'Retention' },
  { name: 'settings-limits', path: '/settings?tab=limits', shows: 'Limits' },
  { name: 'settings-redaction', path: '/settings?tab=redaction', shows: 'Redaction' },
  { name: 'settings-audit', path: '/settings?tab=audit', shows: 'Audit' },
];
