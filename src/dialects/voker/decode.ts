/** `POST /api/v1/events`: one event per request. Everything is checked before anything is created. */

import { asText, field } from '../../canonical/json.ts';
import { type Outcome, ok } from '../../canonical/outcome.ts';
import type { Decoded, DecodedItem, IntakeRequest, RequestHead, RouteContext } from '../dialect.ts';
import { checked, optionalText, readObject, requiredObject, requiredText, tooLong } from './body.ts';
import { idempotencyHeader } from './event-id.ts';
import { notFound } from './missing.ts';

/** Optional in one of the vendor's three documentation generations or another (`protocols/voker.md` 3). */
const OPTIONAL_NAMES = ['session', 'agent', 'agent_version', 'person', 'event_id'] as const;

/**
 * Names other than `llm` pass, as does an empty session: the vendor's client drops a refused event, and its first
 * version ended its worker on one (docs/dialects/voker.md, seen in the official Python client).
 */
export function decode(request: IntakeRequest): Decoded {
  const read = readObject(request.text);
  if (!read.ok) return read;
  const body = read.value;
  const result = checked(
    body,
    requiredText(body, 'event_name'),
    requiredObject(body, 'properties'),
    requiredText(body, 'fingerprint_id'),
    ...OPTIONAL_NAMES.map((name) => optionalText(body, name)),
    tooLong(request.head.headers[idempotencyHeader] ?? '', idempotencyHeader),
  );
  return result.ok ? { ok: true, items: [{ ok: true, value: body }] } : result;
}

/** The fingerprint is the only thing that an event needs and does not create (`protocols/voker.md` 5). */
export async function admit(
  request: IntakeRequest,
  items: readonly DecodedItem[],
  { directory }: RouteContext,
): Promise<Outcome<RequestHead>> {
  for (const item of items) {
    if (!item.ok) continue;
    const id = asText(field(item.value, 'fingerprint_id'));
    if (id !== undefined && (await directory.hasFingerprint(id))) continue;
    const fault = notFound('fingerprint-not-found', 'fingerprint_id', 'The project has no fingerprint with this id');
    return { ok: false, fault };
  }
  return ok(request.head);
}
