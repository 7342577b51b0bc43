/** The routes that answer from the registry or from what is stored: path, scope, handler. */

import { isoFromMicros } from '../../canonical/time.ts';
import type { IntakeRequest, Reply, ResourceRoute, RouteContext } from '../dialect.ts';
import { changeSamplingRate, changeSettings, getLimits, getSettings, resetSettings } from './agent-settings.ts';
import { registerAgent } from './agents.ts';
import { dashboard, summary, timeline, usage } from './analytics.ts';
import { credential } from './credential.ts';
import { getEntity, getVersion, listEntities, listVersionIds } from './entities.ts';
import { getEvent, listEvents } from './events-read.ts';
import { HELP } from './help.ts';
import { getMermaid } from './mermaid.ts';
import { failed, refused } from './reply.ts';
import { getGraph, getThread } from './thread-detail.ts';
import { listThreads } from './threads.ts';
import { userDistribution } from './users.ts';

type Row = readonly [
  id: string,
  method: ResourceRoute['method'],
  path: string,
  scope: ResourceRoute['scope'],
  handle: ResourceRoute['handle'],
  refused?: ResourceRoute['refused'],
];

/** The SDKs turn to the proxy's path when the first one fails: it must lead here, not to the hosted service. */
const ROWS: readonly Row[] = [
  ['help', 'GET', '/api/events/help', 'ingest', async () => ({ status: 200, body: HELP })],
  ['events-list', 'GET', '/api/events', 'read', listEvents],
  ['events-get', 'GET', '/api/events/:id', 'read', getEvent],
  ['threads-list', 'GET', '/api/threads', 'read', listThreads, failed],
  ['threads-get', 'GET', '/api/threads/:threadId', 'read', getThread, failed],
  ['threads-graph', 'GET', '/api/threads/:threadId/graph', 'read', getGraph, failed],
  ['mermaid', 'GET', '/api/visualize/:traceId/mermaid', 'read', getMermaid],
  ['agents-init', 'POST', '/api/entities/init', 'ingest', register],
  ['agents-init-proxy', 'POST', '/v1/agents/init', 'ingest', register],
  ['entities-list', 'GET', '/api/entities', 'read', listEntities, failed],
  ['entities-version', 'GET', '/api/entities/versions/:versionId', 'read', getVersion, failed],
  ['entities-get', 'GET', '/api/entities/:id', 'read', getEntity, failed],
  ['entities-users', 'GET', '/api/entities/:id/user-distribution', 'read', userDistribution, failed],
  ['entities-version-ids', 'GET', '/api/entities/:id/version-ids', 'read', listVersionIds, failed],
  ['entities-sampling', 'PATCH', '/api/entities/:id/sampling-rate', 'admin', changeSamplingRate, failed],
  ['settings-limits', 'GET', '/api/agent-settings/limits', 'read', getLimits, failed],
  ['settings-get', 'GET', '/api/agent-settings/:id', 'read', getSettings, failed],
  ['settings-change', 'PATCH', '/api/agent-settings/:id', 'admin', changeSettings, failed],
  ['settings-reset', 'DELETE', '/api/agent-settings/:id', 'admin', resetSettings, failed],
  ['analytics-usage', 'GET', '/api/analytics/usage', 'read', usage],
  ['analytics-timeline', 'GET', '/api/analytics/timeline', 'read', timeline],
  ['analytics-summary', 'GET', '/api/analytics/summary', 'read', summary],
  ['analytics-dashboard', 'GET', '/api/analytics/dashboard', 'read', dashboard],
  ['health', 'GET', '/api/health', 'public', async (request) => healthReply(request, 'ok', 'unknown')],
  ['health-ready', 'GET', '/api/health/ready', 'public', ready],
];

export const resources: readonly ResourceRoute[] = ROWS.map(
  ([id, method, path, scope, handle, refusal = refused]): ResourceRoute => ({
    kind: 'resource',
    id: `whyops.${id}`,
    method,
    path,
    scope,
    credential,
    handle,
    refused: refusal,
  }),
);

function register({ text }: IntakeRequest, { directory }: RouteContext): Promise<Reply> {
  return registerAgent(text, directory);
}

/** Whether the store answers. `/api/health` says only that the process does. */
async function ready(request: IntakeRequest, { reader }: RouteContext): Promise<Reply> {
  try {
    await reader.countSpans({ field: 'traceId', in: [''] });
    return healthReply(request, 'ok', 'connected');
  } catch {
    return { ...healthReply(request, 'unavailable', 'disconnected'), status: 503 };
  }
}

function healthReply({ receivedAt }: IntakeRequest, status: string, database: string): Reply {
  const timestamp = isoFromMicros(receivedAt);
  return { status: 200, body: { status, service: 'tributary', version: HELP.version, database, timestamp } };
}
