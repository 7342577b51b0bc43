/**
 * The closed table of what can go wrong with a request. `retry` is the first question: may the client send the same
 * again? `status` is the default; a dialect may answer with its vendor's own status, never with another meaning.
 */

export const FAULTS = {
  'malformed-json': { status: 400, retry: 'never' },
  'invalid-event': { status: 400, retry: 'never' },
  'too-deep': { status: 400, retry: 'never' },
  'bad-encoding': { status: 400, retry: 'never' },
  'missing-credential': { status: 401, retry: 'never' },
  'unknown-credential': { status: 401, retry: 'never' },
  'wrong-project': { status: 401, retry: 'never' },
  'scope-missing': { status: 403, retry: 'never' },
  'not-found': { status: 404, retry: 'never' },
  'method-not-allowed': { status: 405, retry: 'never' },
  conflict: { status: 409, retry: 'never' },
  'too-large': { status: 413, retry: 'never' },
  'too-many-events': { status: 413, retry: 'never' },
  'unsupported-encoding': { status: 415, retry: 'never' },
  'invalid-field': { status: 422, retry: 'never' },
  'body-timeout': { status: 408, retry: 'later' },
  'rate-limited': { status: 429, retry: 'later' },
  overloaded: { status: 503, retry: 'later' },
  internal: { status: 500, retry: 'later' },
} as const satisfies Record<string, { status: number; retry: 'never' | 'later' }>;

export type FaultCode = keyof typeof FAULTS;

export function statusOf(code: FaultCode): number {
  return FAULTS[code].status;
}
