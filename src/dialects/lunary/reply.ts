/** Answers in the vendor's words: results per event, and `{message}` for everything that fails a request. */

import { looksLikeUuid } from '../../canonical/ids.ts';
import { isObject, type JsonValue } from '../../canonical/json.ts';
import type { Fault } from '../../canonical/outcome.ts';
import { type FaultCode, statusOf } from '../../faults.ts';
import type { DecodedItem, IntakeRequest, Reply } from '../dialect.ts';
import { type Credential, credentialOfHead, credentialOfReport } from './credential.ts';

interface Result {
  /** The raw `runId` as sent, of any type; absent when the event has none under that name (`protocols/lunary.md` 1.3). */
  readonly id?: JsonValue;
  readonly success: boolean;
  readonly error?: string;
}

/** One per event, in input order. The vendor sorts them by time, so callers have to match by `id` either way. */
export function resultsOf(items: readonly DecodedItem[]): readonly Result[] {
  return items.map((item) =>
    item.ok
      ? { ...rawIdOf(item.value), success: true }
      : { ...rawIdOf(item.value), success: false, error: item.fault.message },
  );
}

function rawIdOf(value: JsonValue | undefined): { id?: JsonValue } {
  return isObject(value) && Object.hasOwn(value, 'runId') ? { id: value.runId ?? null } : {};
}

/** Where the vendor's answer differs from the table of faults. */
const ANSWERS: Partial<Record<FaultCode, { readonly status?: number; readonly message: string }>> = {
  'missing-credential': { status: 402, message: 'Incorrect project id format' },
  'too-large': { message: 'request entity too large' },
  // Its router knows no 405.
  'method-not-allowed': { status: 404, message: 'Not Found' },
  'rate-limited': { message: 'Sometimes You Just Have to Slow Down.' },
  internal: { message: 'Internal Server Error' },
};

export function refused(fault: Fault, request?: IntakeRequest): Reply {
  return fault.code === 'unknown-credential'
    ? unknownCredential(request === undefined ? undefined : credentialOfHead(request.head))
    : plain(fault);
}

export function reportRefused(fault: Fault, request?: IntakeRequest): Reply {
  return fault.code === 'unknown-credential'
    ? unknownCredential(request === undefined ? undefined : credentialOfReport(request.text))
    : plain(fault);
}

/** Routes for private keys: one that only sends is a public one (1.1). */
export function privateOnly(fault: Fault, request?: IntakeRequest): Reply {
  return fault.code === 'missing-credential' || fault.code === 'scope-missing'
    ? message(401, 'This route requires a private API key')
    : refused(fault, request);
}

/** Routes that ask for a right in the vendor's own list of rights: who has none is forbidden, not unknown (2.7). */
export function forbidden(fault: Fault, request?: IntakeRequest): Reply {
  return fault.code === 'missing-credential' || fault.code === 'scope-missing'
    ? { status: 403, body: { error: 'Forbidden', message: "You don't have access to this resource" } }
    : refused(fault, request);
}

function plain(fault: Fault): Reply {
  if (fault.code === 'invalid-field')
    return { status: statusOf(fault.code), body: { error: 'Error', message: fault.message } };
  const answer = ANSWERS[fault.code];
  return message(answer?.status ?? statusOf(fault.code), answer?.message ?? fault.message);
}

/** 1.1 and 1.5: the answer tells where the credential stood and whether it could have been a key at all. */
function unknownCredential(credential: Credential | undefined): Reply {
  const isUuid = credential === undefined || looksLikeUuid(credential.value);
  switch (credential?.from) {
    case 'body':
      return isUuid ? message(401, 'This project does not exist') : message(402, 'Incorrect project id format');
    case 'x-api-key':
      return isUuid ? message(401, 'Invalid API key') : message(404, 'Not Found');
    default:
      return message(401, isUuid ? 'Invalid API key' : 'Invalid access token');
  }
}

export function message(status: number, text: string): Reply {
  return { status, body: { message: text } };
}
