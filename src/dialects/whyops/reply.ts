/** Replies of the event routes in WhyOps's shapes (`protocols/whyops.md` 1.1 to 1.3). */

import type { Fault } from '../../canonical/outcome.ts';
import { statusOf } from '../../faults.ts';
import type { Accepted, Reply, StoredEvent } from '../dialect.ts';

/** `{error}`, with `details` where fields are to blame. 422 is not a status that this vendor has. */
export function refused(fault: Fault): Reply {
  const details = fault.problems?.map(({ path, message, code = 'custom' }) => ({ field: path, message, code }));
  return {
    status: fault.code === 'invalid-field' ? statusOf('invalid-event') : statusOf(fault.code),
    body: details === undefined ? { error: fault.message } : { error: fault.message, details },
  };
}

/** As the routes about threads and agents say it. */
export function failed(fault: Fault): Reply {
  return { status: refused(fault).status, body: { success: false, error: fault.message } };
}

/** 202: durable, not yet looked up. `eventIds` is ours: the ids under which the events can be found. */
export function queued(eventIds: readonly string[]): Reply {
  return { status: 202, body: { success: true, accepted: true, queuedCount: eventIds.length, eventIds } };
}

/** 201 with the result of a lone event, or the results of an array in input order; `[]` for an empty array. */
export function saved({ request }: Accepted, stored: readonly StoredEvent[]): Reply {
  const results = stored.map(resultOf);
  // The text of a large body is not made for this: it has several events.
  const isList = results.length > 1 || request.text.trimStart().startsWith('[');
  return { status: 201, body: isList ? results : results[0] };
}

function resultOf({ eventId, spanId, step, parentStep, duplicate, sampledOut }: StoredEvent) {
  if (sampledOut === true)
    return { id: null, status: 'sampled_out', message: "The agent's sampling leaves this trace out" };
  return {
    id: eventId,
    status: duplicate ? 'skipped' : 'saved',
    ...(step === undefined ? {} : { stepId: step }),
    ...(parentStep === undefined ? {} : { parentStepId: parentStep }),
    spanId,
    ...(duplicate ? { message: 'An event with this idempotencyKey is already stored in the trace' } : {}),
  };
}
