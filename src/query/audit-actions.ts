/**
 * Writes the audit log: everything in the own API that is no question passes here, so a new route cannot be forgotten. The
 * entry is on disk before the action begins, and ended before its answer leaves.
 */

import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { type ProjectId, readProjectId } from '../canonical/ids.ts';
import { asObject, asText, field, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { withoutSecretMembers } from '../canonical/masking.ts';
import { auditDetailCharsMax, idCharsMax, refusedAuditEntriesPerMinuteMax } from '../limits.ts';
import type { Principal, Registry } from '../registry/registry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { keyOf, type QueryEnv } from './access.ts';
import { actorOf } from './actor.ts';

const QUESTIONS = ['GET', 'HEAD', 'OPTIONS'];
const TRIAL = '/redaction-rules/test';
const MINUTE_MS = 60_000;
/** Answers larger than this have no id that was made. */
const ANSWER_CHARS_MAX = 100_000;

/** `prefix`: of the paths, left out of actions. */
export function audited(registry: Registry, prefix: string, telemetry: Telemetry): MiddlewareHandler<QueryEnv> {
  const attempts = new Attempts();
  return async (c, next) => {
    // A trial changes nothing, and its sample is what should not be kept.
    if (QUESTIONS.includes(c.req.method) || c.req.path === `${prefix}${TRIAL}`) return next();
    const principal = principalOf(registry, c);
    // Without a known key nothing is done, and there is nobody to name.
    if (principal === undefined || !attempts.isWorthAnEntry(principal)) return next();
    const request = await requestOf(c, prefix);
    if (request === undefined) return next();
    const id = await registry.audit.begin({
      ...request,
      projectId: await actedOn(registry, principal, request.project),
      actor: await actorOf(registry, principal),
      address: addressOf(c),
    });
    await next();
    try {
      await registry.audit.end(id, { status: c.res.status, ...(await madeBy(c)) });
    } catch (error) {
      // It was done, and the entry says by whom: the answer, which may hold a new key, must not be lost for that.
      const detail = error instanceof Error ? error.message : String(error);
      telemetry.emit({ level: 'error', name: 'audit_not_ended', entry: id, detail });
    }
  };
}

/** Keys that may not administrate get no further than a 403: enough of these are written down, not all. */
class Attempts {
  readonly #byKey = new Map<string, number>();
  #since = 0;

  isWorthAnEntry({ scopes, keyId = '' }: Principal): boolean {
    if (scopes.includes('admin') || scopes.includes('instance')) return true;
    const now = performance.now();
    if (now - this.#since > MINUTE_MS) {
      this.#since = now;
      this.#byKey.clear();
    }
    const attempts = (this.#byKey.get(keyId) ?? 0) + 1;
    this.#byKey.set(keyId, attempts);
    return attempts <= refusedAuditEntriesPerMinuteMax;
  }
}

function principalOf(registry: Registry, c: Context<QueryEnv>): Principal | undefined {
  const key = keyOf(c);
  return key === undefined ? undefined : registry.authenticate(key);
}

interface Request {
  readonly action: string;
  readonly subject: JsonObject;
  readonly detail: JsonObject;
  /** The project that the request names, by id or name. */
  readonly project: string | undefined;
}

/** `undefined` when there is no such route. */
async function requestOf(c: Context<QueryEnv>, prefix: string): Promise<Request | undefined> {
  const route = matchedRoutes(c).findLast(({ method, path }) => method === c.req.method && !path.includes('*'));
  if (route === undefined) return undefined;
  const pattern = below(prefix, route.path);
  const body = await bodyOf(c);
  const query = c.req.query();
  const detail = withoutSecretMembers({ ...query, ...body });
  const isShort = JSON.stringify(detail).length <= auditDetailCharsMax;
  return {
    action: `${c.req.method} ${pattern.replace(/:([A-Za-z]+)(\{[^}]*\})?/g, '{$1}')}`,
    subject: namedIn(pattern, below(prefix, c.req.path)),
    detail: isShort ? detail : { cut: JSON.stringify(detail).slice(0, auditDetailCharsMax) },
    project: asText(field(body, 'project')) ?? query.project,
  };
}

function below(prefix: string, path: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

/** The values of the path's parameters. */
function namedIn(pattern: string, path: string): JsonObject {
  const values = path.split('/');
  return Object.fromEntries(
    pattern
      .split('/')
      .flatMap((segment, i) =>
        segment.startsWith(':') ? [[segment.slice(1).replace(/\{.*/, ''), shown(values[i])]] : [],
      ),
  );
}

function shown(segment = ''): string {
  try {
    return decodeURIComponent(segment).slice(0, idCharsMax);
  } catch {
    return segment.slice(0, idCharsMax);
  }
}

/** The handler gets the same text: Hono remembers it. */
async function bodyOf(c: Context<QueryEnv>): Promise<JsonObject | undefined> {
  try {
    const parsed: JsonValue = JSON.parse(await c.req.text());
    return asObject(parsed);
  } catch {
    return undefined;
  }
}

/** Ids and the name of what was made, from the answer; never its secret. */
async function madeBy(c: Context<QueryEnv>): Promise<{ subject?: JsonObject }> {
  if (c.res.status < 200 || c.res.status > 299) return {};
  if (!(c.res.headers.get('content-type') ?? '').startsWith('application/json')) return {};
  const text = await c.res.clone().text();
  if (text.length > ANSWER_CHARS_MAX) return {};
  const parsed: JsonValue = JSON.parse(text);
  const made = Object.entries(asObject(parsed) ?? {}).filter(
    ([name, value]) => typeof value === 'string' && /^(id|name|[a-z]+Id)$/.test(name),
  );
  return made.length === 0 ? {} : { subject: Object.fromEntries(made) };
}

/** Of a project that the caller may not act on nothing is written: its people would read of it. */
async function actedOn(
  registry: Registry,
  { projectId, scopes }: Principal,
  reference: string | undefined,
): Promise<ProjectId> {
  if (reference === undefined || !scopes.includes('instance')) return projectId;
  const id = readProjectId(reference);
  const projects = await registry.listProjects();
  return projects.find((project) => project.id === id || project.name === reference)?.id ?? projectId;
}

/** Node's server puts the connection here; a request that was made inside the process has none. */
function addressOf(c: Context<QueryEnv>): string {
  const incoming: unknown = asRecord(c.env)?.incoming;
  const address = asRecord(asRecord(incoming)?.socket)?.remoteAddress;
  return typeof address === 'string' ? address : '';
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
