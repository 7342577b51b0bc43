/**
 * Who an event is from, where the body leaves it out. For each id the body goes first, then the header
 * (`protocols/whyops.md` 2). The project is no such id: the credential alone decides it.
 */

import { asText, field, type JsonObject } from '../../canonical/json.ts';
import type { Problem } from '../../canonical/outcome.ts';
import { idCharsMax } from '../../limits.ts';
import type { RequestHead } from '../dialect.ts';

export const EXTERNAL_USER_CHARS_MAX = 255;

interface ContextField {
  /** The member of the event. */
  readonly name: string;
  readonly header: string;
  /** As the documentation spells it. */
  readonly spelled: string;
  readonly charsMax: number;
}

const FIELDS = {
  externalUser: {
    name: 'externalUserId',
    header: 'x-external-user-id',
    spelled: 'X-External-User-Id',
    charsMax: EXTERNAL_USER_CHARS_MAX,
  },
  user: { name: 'userId', header: 'x-user-id', spelled: 'X-User-Id', charsMax: idCharsMax },
  environment: {
    name: 'environmentId',
    header: 'x-environment-id',
    spelled: 'X-Environment-Id',
    charsMax: idCharsMax,
  },
  provider: { name: 'providerId', header: 'x-provider-id', spelled: 'X-Provider-Id', charsMax: idCharsMax },
} as const satisfies Record<string, ContextField>;

export const CONTEXT_HEADERS: readonly string[] = Object.values(FIELDS).map(({ header }) => header);

export function contextId(event: JsonObject, head: RequestHead, which: keyof typeof FIELDS): string | undefined {
  const { name, header } = FIELDS[which];
  return asText(field(event, name)) ?? asText(head.headers[header]);
}

/** The vendor checks no header and fails later with a 500. */
export function headerProblems(head: RequestHead): Problem[] {
  return Object.values(FIELDS).flatMap(({ header, spelled, charsMax }) => {
    const value = head.headers[header];
    if (value === undefined || value.length <= charsMax) return [];
    return [{ path: spelled, code: 'too_big', message: `Must have at most ${charsMax} characters` }];
  });
}
