/** The own API, assembled: every question's route, its access rule, and the OpenAPI document that they give. */

import { OpenAPIHono } from '@hono/zod-openapi';
import type { ErrorHandler } from 'hono';
import type { ZodError } from 'zod';
import { isPassing } from '../loader/retried.ts';
import { LogUnavailable } from '../log/log.ts';
import { RegistryUnavailable } from '../registry/unavailable.ts';
import { ABANDONED } from '../store/asked.ts';
import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { administer } from './administer.ts';
import { audited } from './audit-actions.ts';
import { answerAudit } from './audit-answers.ts';
import { answerBackups } from './backups.ts';
import { configure } from './configure.ts';
import { count } from './count.ts';
import { answerDeadLetters } from './dead-letters-answers.ts';
import { answerDeletions } from './deletions.ts';
import { answerKey } from './get-key.ts';
import { getReceipt, getReceiptRoute } from './get-receipt.ts';
import { getSpan, getSpanRoute } from './get-span.ts';
import { getSpanCost, getSpanCostRoute } from './get-span-cost.ts';
import { answerIntakeHealth } from './intake-health-answers.ts';
import { limit } from './limits-handlers.ts';
import { listEvents, listEventsRoute } from './list-events.ts';
import { answerLive } from './live.ts';
import { answerRedaction } from './redaction-handlers.ts';
import { answerRetention } from './retention.ts';
import { answerTraces } from './trace-questions.ts';
import { answerUnmapped } from './unmapped.ts';

export const API_PREFIX = '/api/tributary/v1';

/** ClickHouse: a file ends early, is gone or is damaged. It says nothing about the question (seen on a full disk). */
const UNREADABLE = new Set([32, 33, 40, 107, 228, 246, 271]);
/** ClickHouse: the query took too long, or too much memory. */
const TOO_EXPENSIVE = new Set([159, 241]);
const RETRY_AFTER_S = '2';

export function buildApi(parts: QueryParts, telemetry: Telemetry): OpenAPIHono<QueryEnv> {
  const api = new OpenAPIHono<QueryEnv>({
    defaultHook: (result, c) => (result.success ? undefined : invalid(c, result.error, result.target)),
  });
  // Before everything: what it does not see is not written down.
  api.use('*', audited(parts.registry, API_PREFIX, telemetry));
  for (const path of ['/spans/*', '/events', '/receipts/*']) api.use(path, requireScope(parts.registry, 'read'));

  api.openapi(getSpanRoute, async (c) => {
    const { spanId } = c.req.valid('param');
    const { projectId } = c.var.principal;
    const span = await getSpan(parts.store, projectId, spanId, c.req.valid('query'), parts.vanishing);
    // `fault` answers are declared in each route's `responses`; Hono's types cannot join the two.
    return span === undefined ? (noSpan(c, spanId) as never) : c.json(span, 200);
  });

  api.openapi(getSpanCostRoute, async (c) => {
    const { spanId } = c.req.valid('param');
    const cost = await getSpanCost(parts, c.var.principal.projectId, spanId, c.req.valid('query'));
    return cost === undefined ? (noSpan(c, spanId) as never) : c.json(cost, 200);
  });

  api.openapi(listEventsRoute, async (c) => {
    // Where following starts: everything up to here is stored. Read before the events, which may be more.
    const position = String(parts.loader.progress.position - 1);
    const text = await listEvents(parts.store, c.var.principal.projectId, c.req.valid('query'));
    if (text === undefined) return fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never;
    return c.body(text, 200, { 'content-type': 'application/json', 'x-tributary-position': position }) as never;
  });

  api.openapi(getReceiptRoute, async (c) => {
    const receipt = await getReceipt(parts, c.var.principal.projectId, c.req.valid('param').receipt);
    return receipt === undefined
      ? (fault(c, 'not-found', 'Not a receipt of this project', 'receipt') as never)
      : c.json(receipt, 200);
  });

  answerTraces(api, parts, telemetry);
  count(api, parts);
  administer(api, parts.registry);
  configure(api, parts);
  answerDeletions(api, parts);
  answerRetention(api, parts);
  answerBackups(api, parts);
  answerRedaction(api, parts);
  answerDeadLetters(api, parts);
  answerAudit(api, parts.registry);
  answerKey(api, parts);
  answerUnmapped(api, parts);
  if (parts.live !== undefined) answerLive(api, parts, parts.live);
  if (parts.intakeHealth !== undefined) answerIntakeHealth(api, parts, parts.intakeHealth);
  limit(api, parts.registry);

  api.notFound((c) => fault(c, 'not-found', `There is no ${c.req.method} ${c.req.path}`));
  api.onError(answerErrors(telemetry));
  return api;
}

/** Of handlers that throw: what is known to pass is told so, and what is not is written down. */
export function answerErrors(telemetry: Telemetry): ErrorHandler<QueryEnv> {
  return (error, c) => {
    // Who has gone is told nothing, and it is nobody's fault.
    if (error instanceof StoreError && error.code === ABANDONED) return fault(c, 'overloaded', error.message);
    if (error instanceof StoreError && error.code !== undefined && TOO_EXPENSIVE.has(error.code)) {
      return fault(c, 'overloaded', 'The question is too expensive; narrow it, for instance by time');
    }
    if (isUnavailable(error)) {
      telemetry.emit({
        level: 'warn',
        name: 'query_unavailable',
        path: c.req.path,
        detail: error.message.slice(0, 500),
      });
      c.header('retry-after', RETRY_AFTER_S);
      return fault(c, 'overloaded', 'The server cannot answer at the moment, ask again');
    }
    // Hono throws for a body of another type, and for one that is no JSON.
    if ('status' in error && error.status === 415)
      return fault(c, 'unsupported-encoding', 'Send the body as application/json');
    if ('status' in error && error.status === 400) return fault(c, 'malformed-json', 'The body is not valid JSON');
    telemetry.emit({ level: 'error', name: 'query_failed', path: c.req.path, detail: error.stack ?? error.message });
    return fault(c, 'internal', 'Something went wrong here');
  };
}

/** The disk or the engine refuses for a reason that passes. */
function isUnavailable(error: Error): boolean {
  if (error instanceof RegistryUnavailable || error instanceof LogUnavailable) return true;
  return error instanceof StoreError && (isPassing(error.code) || UNREADABLE.has(error.code ?? 0));
}

function noSpan(c: Parameters<typeof fault>[0], spanId: string): Response {
  return fault(c, 'not-found', `There is no span ${spanId}`, 'spanId');
}

function invalid(c: Parameters<typeof fault>[0], error: ZodError, target: string): Response {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    return fault(c, 'invalid-event', `There is no parameter ${name.slice(0, 100)}`, [...issue.path, name].join('.'));
  }
  // A parameter is called by its name, also when it was given several times.
  const path = target === 'query' ? issue?.path.slice(0, 1) : issue?.path;
  return fault(c, 'invalid-event', issue?.message ?? 'not valid', path?.join('.') ?? '');
}
