/**
 * Replies. The vendor's page shows `{"type": "<kebab-name>"}`; the official Python client 0.0.15 reads
 * `detail.type`, the shape of FastAPI's HTTPException. Refusals carry both, so either reader is served. Every reply
 * has a JSON body: that client parses the body before it looks at the status.
 */

import type { Fault, Problem } from '../../canonical/outcome.ts';
import { type FaultCode, statusOf } from '../../faults.ts';
import type { Accepted, Reply } from '../dialect.ts';
import { idempotencyHeader, senderEventId } from './event-id.ts';

const TYPE: Record<FaultCode, string> = {
  'malformed-json': 'malformed-json',
  'invalid-event': 'validation-error',
  'too-deep': 'too-deep',
  'bad-encoding': 'bad-encoding',
  'missing-credential': 'unauthorized',
  'unknown-credential': 'unauthorized',
  'wrong-project': 'unauthorized',
  'scope-missing': 'forbidden',
  'not-found': 'not-found',
  'method-not-allowed': 'method-not-allowed',
  conflict: 'conflict',
  'too-large': 'payload-too-large',
  'too-many-events': 'payload-too-large',
  'unsupported-encoding': 'unsupported-encoding',
  'invalid-field': 'validation-error',
  'body-timeout': 'request-timeout',
  'rate-limited': 'rate-limited',
  overloaded: 'unavailable',
  internal: 'internal-error',
};

const STATUS: Partial<Record<FaultCode, number>> = { 'invalid-event': 422 };

/** Seconds. The official clients ignore it, proxies and direct clients may not. */
const RETRY_AFTER = '1';

export function refused(fault: Fault): Reply {
  const status = STATUS[fault.code] ?? statusOf(fault.code);
  const headers = headersOf(status);
  return { status, ...(headers === undefined ? {} : { headers }), body: bodyOf(fault) };
}

function headersOf(status: number): Record<string, string> | undefined {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  return status === 503 ? { 'retry-after': RETRY_AFTER } : undefined;
}

function bodyOf(fault: Fault): object {
  const type = TYPE[fault.code];
  const message = fault.code === 'internal' ? 'The server failed to handle this request' : fault.message;
  if (type === 'validation-error') {
    const problems = fault.problems ?? [{ path: '', message }];
    const errors = problems.map(({ path, message: reason }) => ({ path, message: reason }));
    return { type, message, errors, detail: problems.map(detailOf) };
  }
  const exact = fault.code === 'not-found' ? (fault.problems?.[0]?.code ?? type) : type;
  return { type: exact, message, detail: { type: exact } };
}

/** An entry of FastAPI's own 422 body (`protocols/voker.md` 7). */
function detailOf({ path, message, code }: Problem): object {
  const loc = path === idempotencyHeader ? ['header', path] : path === '' ? ['body'] : ['body', path];
  return { loc, msg: message, type: code ?? 'value_error' };
}

/** A public client reads an optional string `id` (`protocols/voker.md` 3). It is the event, span and trace id. */
export function accepted(result: Accepted): Reply {
  const [first] = result.items;
  const sent = first?.ok === true ? senderEventId(first.value, result.request.head) : undefined;
  return { status: 200, body: { id: sent ?? result.newEventId(0) } };
}
