/** The 404s that the vendor documents, by their `type`; `session-not-found` is of an extension. */

import type { Fault } from '../../canonical/outcome.ts';

export type MissingType =
  | 'fingerprint-not-found'
  | 'person-not-found'
  | 'agent-not-found'
  | 'agent-version-not-found'
  | 'session-not-found';

export function notFound(type: MissingType, path: string, message: string): Fault {
  return { code: 'not-found', message, problems: [{ path, message, code: type }] };
}
