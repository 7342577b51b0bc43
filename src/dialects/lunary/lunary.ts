/**
 * Lunary's intake: batches of run events, and the legacy route of old SDKs; what is written back to runs, and its API for
 * reading. Field by field: docs/dialects/lunary.md.
 */

import { pick } from '../../canonical/json.ts';
import { refuse } from '../../canonical/outcome.ts';
import type { Accepted, DecodedItem, Dialect, EventRoute, IntakeRequest, ResourceRoute } from '../dialect.ts';
import { SERIES } from './analytics.ts';
import { headClaim, reportClaim } from './credential.ts';
import { decode, decodeReport, itemTexts } from './decode.ts';
import { erasures } from './erase.ts';
import { exportRuns } from './export.ts';
import { getUser, listPropKeys, listUsers, runsUsage, usersUsage } from './external-users.ts';
import { getFeedback, getNeighbors, getRelated, getRun } from './get-run.ts';
import { countRuns, listRuns } from './list-runs.ts';
import { lunaryEvent } from './map.ts';
import { openRoute, readRoute } from './read-route.ts';
import { refused, reportRefused, resultsOf } from './reply.ts';
import { customEventNames, filterUsers, modelNames, topAgents, topModels } from './top.ts';
import { writeBacks } from './write-back.ts';

function events(request: IntakeRequest, items: readonly DecodedItem[]): ReturnType<EventRoute['events']> {
  const texts = itemTexts(request.text);
  return items.flatMap((item, i) => (item.ok ? [lunaryEvent(item.value, texts[i] ?? '', request.receivedAt)] : []));
}

const shared = { kind: 'events', method: 'POST', answersAfter: 'log', loggedHeaders: [], events } as const;

const ingest: EventRoute = {
  ...shared,
  id: 'lunary.ingest',
  path: '/v1/runs/ingest',
  credential: headClaim,
  decode,
  outline: (event) => pick(event, ['runId']),
  accepted: ({ items }: Accepted) => ({ status: 200, body: { results: resultsOf(items) } }),
  refused,
};

/** SDKs up to 0.6 and old Flowise set-ups (`protocols/lunary.md` 1.5). The hosted app forwards both paths. */
const report: EventRoute = {
  ...shared,
  id: 'lunary.report',
  path: '/api/report',
  credential: () => ({ by: 'body' }),
  bodyClaim: reportClaim,
  decode: decodeReport,
  outline: (event) => pick(event, ['runId']),
  accepted: ({ items }: Accepted) => ({ status: 200, body: resultsOf(items) }),
  refused: reportRefused,
};

const health: ResourceRoute = {
  kind: 'resource',
  id: 'lunary.health',
  method: 'GET',
  path: '/v1/health',
  scope: 'public',
  credential: headClaim,
  handle: () => Promise.resolve({ status: 200, body: { status: 'OK' } }),
  refused,
};

const reads: readonly ResourceRoute[] = [
  readRoute('runs', '/v1/runs', listRuns),
  readRoute('runs.count', '/v1/runs/count', countRuns),
  readRoute('runs.usage', '/v1/runs/usage', runsUsage),
  readRoute('runs.export', '/v1/runs/export', exportRuns),
  // What takes events is nothing to read.
  openRoute('runs.ingest', '/v1/runs/ingest', () => Promise.resolve(refuse('not-found', 'Not Found'))),
  readRoute('run', '/v1/runs/:id', getRun),
  readRoute('run.related', '/v1/runs/:id/related', getRelated),
  readRoute('run.neighbors', '/v1/runs/:id/neighbors', getNeighbors),
  openRoute('run.feedback', '/v1/runs/:id/feedback', getFeedback),
  readRoute('users', '/v1/external-users', listUsers),
  readRoute('users.keys', '/v1/external-users/props/keys', listPropKeys),
  readRoute('users.usage', '/v1/external-users/runs/usage', usersUsage),
  readRoute('user', '/v1/external-users/:id', getUser),
  readRoute('analytics.models', '/v1/analytics/models/top', topModels),
  readRoute('analytics.agents', '/v1/analytics/agents/top', topAgents),
  ...Object.entries(SERIES).map(([path, answer]) => readRoute(`analytics.${path}`, `/v1/analytics/${path}`, answer)),
  readRoute('filters.models', '/v1/filters/models', modelNames),
  readRoute('filters.users', '/v1/filters/users', filterUsers),
  readRoute('filters.custom-events', '/v1/filters/custom-events', customEventNames),
];

export const lunary: Dialect = {
  name: 'lunary',
  routes: [
    ...[ingest, report, { ...report, id: 'lunary.report-v1', path: '/api/v1/report' }, health],
    ...[...writeBacks, ...erasures, ...reads],
  ],
  sdkField: 'runtime',
  // `protocols/lunary.md` 1.4: the vendor's own preflight answer; the browser SDK needs it.
  cors: { methods: 'GET,POST,PATCH,DELETE,OPTIONS,PUT', headers: 'Content-Type,Authorization,Accept' },
};
