/** Where a Lunary client puts its key: a header, or the first event of the legacy route (`protocols/lunary.md` 1.1, 1.5). */

import { asText, isObject, type JsonValue } from '../../canonical/json.ts';
import type { Fault } from '../../canonical/outcome.ts';
import type { Claim, IntakeRequest, RequestHead } from '../dialect.ts';
import { credentialOf } from '../parse-json.ts';
import { MISSING_EVENTS, readItems, unwrapped } from './decode.ts';
import { read } from './envelope.ts';

export interface Credential {
  readonly from: 'authorization' | 'x-api-key' | 'body';
  readonly value: string;
}

const MISSING: Fault = { code: 'missing-credential', message: 'Incorrect project id format' };

/** The second word of `Authorization`, whatever the first one is, else `X-API-Key`. */
export function credentialOfHead(head: RequestHead): Credential | undefined {
  const authorization = credentialOf(head.headers.authorization);
  if (authorization !== undefined) return { from: 'authorization', value: authorization };
  const apiKey = asText(head.headers['x-api-key']?.trim());
  return apiKey === undefined ? undefined : { from: 'x-api-key', value: apiKey };
}

/** The legacy route sends no header: the first event names the project. */
function credentialOfItems([first]: readonly JsonValue[]): Credential | undefined {
  const event = unwrapped(first ?? null);
  if (!isObject(event)) return undefined;
  const value = asText(read(event, 'projectId')) ?? asText(read(event, 'app'));
  return value === undefined ? undefined : { from: 'body', value };
}

export function credentialOfReport(text: string): Credential | undefined {
  const items = readItems(text);
  return items.ok ? credentialOfItems(items.value) : undefined;
}

export function headClaim(head: RequestHead): Claim {
  return claimOf(credentialOfHead(head));
}

/** A body that holds no events at all is told so, before anybody asks whose they are. */
export function reportClaim(request: IntakeRequest): Claim {
  const items = readItems(request.text);
  if (!items.ok) return { by: 'none', fault: items.fault };
  if (items.value.length === 0) return { by: 'none', fault: { code: 'invalid-event', message: MISSING_EVENTS } };
  return claimOf(credentialOfItems(items.value));
}

/** As sent: the registry compares UUIDs without regard to case. */
function claimOf(credential: Credential | undefined): Claim {
  return credential === undefined
    ? { by: 'none', fault: MISSING }
    : { by: 'key-or-project-id', value: credential.value };
}
