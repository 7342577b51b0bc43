/**
 * Weflayr's intake: `POST /{client_id}/`, one event per request, free-form JSON with `event_id` and `event_type`.
 * Source: docs/dialects/weflayr.md. The route is the only wildcard at the root, so it is matched last.
 */

import { field, isObject, type JsonObject } from '../../canonical/json.ts';
import { type Fault, type Problem, refuse } from '../../canonical/outcome.ts';
import { statusOf } from '../../faults.ts';
import { idCharsMax } from '../../limits.ts';
import type { Claim, Decoded, Dialect, EventRoute, Reply, RequestHead } from '../dialect.ts';
import { credentialOf, parseJson } from '../parse-json.ts';
import { weflayrEvent } from './map.ts';

const REQUIRED = ['event_id', 'event_type'] as const;

function decode(request: { text: string }): Decoded {
  const parsed = parseJson(request.text);
  if (!parsed.ok) return parsed;
  const body = parsed.value;
  const problems: Problem[] = isObject(body)
    ? REQUIRED.flatMap((name) => problemOf(name, body) ?? [])
    : [{ path: '', code: 'dict_type', message: 'Input should be a valid dictionary' }];
  if (!isObject(body) || problems.length > 0)
    return refuse('invalid-field', problems.map((p) => `${p.path || 'body'}: ${p.message}`).join('; '), problems);
  return { ok: true, items: [{ ok: true, value: body }] };
}

/** Codes and words are pydantic's, because clients of a FastAPI service know those. */
function problemOf(path: string, body: JsonObject): Problem | undefined {
  const value = field(body, path);
  if (value === undefined) return { path, code: 'missing', message: 'Field required' };
  if (typeof value !== 'string') return { path, code: 'string_type', message: 'Input should be a valid string' };
  if (value.trim() === '')
    return { path, code: 'string_too_short', message: 'String should have at least 1 character that is not a space' };
  if (value.length > idCharsMax)
    return { path, code: 'string_too_long', message: `String should have at most ${idCharsMax} characters` };
  return undefined;
}

/**
 * Errors in FastAPI's shape, the stack that the vendor names: `{"detail": "…"}`, or a list of `{type, loc, msg}` for a
 * body that fails its schema. All of 401 reads the same, so that neither ids nor keys can be probed
 * (`protocols/weflayr.md` 11.9).
 */
function refused(fault: Fault): Reply {
  const status = statusOf(fault.code);
  if (status === 401)
    return { status, headers: { 'www-authenticate': 'Bearer' }, body: { detail: 'Invalid credentials' } };
  if (fault.code === 'internal') return { status, body: { detail: 'Internal Server Error' } };
  if (fault.code !== 'invalid-field' || fault.problems === undefined)
    return { status, body: { detail: fault.message } };
  const detail = fault.problems.map(({ path, message, code }) => ({
    type: code ?? 'value_error',
    loc: path === '' ? ['body'] : ['body', path],
    msg: message,
  }));
  return { status, body: { detail } };
}

/** The id in the path is public and often a made-up word (`protocols/weflayr.md` 2): only the secret decides. */
function credential(head: RequestHead): Claim {
  const key = credentialOf(head.headers.authorization);
  const projectHint = head.params.clientId;
  if (key === undefined) return { by: 'none', fault: { code: 'missing-credential', message: 'Invalid credentials' } };
  return projectHint === undefined ? { by: 'key', key } : { by: 'key', key, projectHint };
}

const events: EventRoute = {
  kind: 'events',
  id: 'weflayr.event',
  method: 'POST',
  path: '/:clientId',
  answersAfter: 'log',
  loggedHeaders: [],
  credential,
  decode,
  outline: () => ({}),
  events: (request, items, context) =>
    items.flatMap((item, i) => (item.ok ? [weflayrEvent(item.value, request.text, context, i)] : [])),
  accepted: () => ({ status: 200, body: { ok: true } }),
  refused,
};

/** An `after` is lost when the process ends, or when it cannot be encoded (`protocols/weflayr.md` 7). */
export const weflayr: Dialect = { name: 'weflayr', routes: [events], callsMayVanish: true };
