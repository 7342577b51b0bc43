/** What every Vellum route has in common: where the key is, and how a refusal looks. */

import type { Fault } from '../../canonical/outcome.ts';
import { FAULTS, type FaultCode, statusOf } from '../../faults.ts';
import type { Claim, Reply, RequestHead } from '../dialect.ts';
import { credentialOf } from '../parse-json.ts';

/** Honoured by the Python client (`protocols/vellum.md` 4); its emitter holds up the host's exit meanwhile, so: soon. */
const RETRY_AFTER_SECONDS = '1';

/** The vendor has no 422, and its Python client repeats a request that got 409 (`protocols/vellum.md` 4). */
const STATUS: Partial<Record<FaultCode, number>> = { 'invalid-field': 400, conflict: 400 };

/** Without a key in its environment the Python client sends an empty header, which is no key (`protocols/vellum.md` 2). */
export function credential(head: RequestHead): Claim {
  const key = head.headers['x-api-key']?.trim() || credentialOf(head.headers.authorization);
  if (key === undefined)
    return { by: 'none', fault: { code: 'missing-credential', message: 'No API key in the X-API-KEY header' } };
  return { by: 'key', key };
}

/** `detail` is the vendor's habit (Django REST); `code` and `errors` are ours, for programs. */
export function refused(fault: Fault): Reply {
  const later = FAULTS[fault.code].retry === 'later';
  return {
    status: STATUS[fault.code] ?? statusOf(fault.code),
    ...(later ? { headers: { 'retry-after': RETRY_AFTER_SECONDS } } : {}),
    body: {
      detail: fault.code === 'internal' ? 'Internal error' : fault.message,
      code: fault.code,
      errors: (fault.problems ?? []).map(({ path, message }) => ({ path, message })),
    },
  };
}
