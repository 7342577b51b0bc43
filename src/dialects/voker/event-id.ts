/**
 * Voker has no idempotency key, so a retried event counts twice (`protocols/voker.md` 10). Two extensions repair that:
 * `event_id` in the body, or an `Idempotency-Key` header. The body's own id wins; an empty one counts as absent.
 */

import { derivedUuid } from '../../canonical/ids.ts';
import { asText, field, type JsonObject } from '../../canonical/json.ts';
import type { RequestHead } from '../dialect.ts';

export const idempotencyHeader = 'idempotency-key';

/** The id that the sender gave this event, or `undefined` when the server has to choose one. */
export function senderEventId(body: JsonObject, head: RequestHead): string | undefined {
  const own = asText(field(body, 'event_id'));
  if (own !== undefined) return own;
  const key = asText(head.headers[idempotencyHeader]);
  return key === undefined ? undefined : derivedUuid('voker', idempotencyHeader, key);
}
