/** How a caller says who it is (`protocols/whyops.md` 2). */

import type { Claim, RequestHead } from '../dialect.ts';

const SCHEME = 'Bearer ';

/**
 * A Bearer key wins and is not rescued by `X-API-Key`; the scheme is case-sensitive. Without any key the documented
 * headers name the project, all three of them; whether that is believed is for the operator to say.
 */
export function credential(head: RequestHead): Claim {
  const authorization = head.headers.authorization?.trimStart() ?? '';
  const bearer = authorization.startsWith(SCHEME) ? authorization.slice(SCHEME.length).trim() : '';
  const key = bearer === '' ? (head.headers['x-api-key']?.trim() ?? '') : bearer;
  if (key !== '') return { by: 'key', key };
  const [user, project, environment] = ['x-user-id', 'x-project-id', 'x-environment-id'].map(
    (name) => head.headers[name]?.trim() ?? '',
  );
  if (project && user && environment) return { by: 'trusted-header', projectId: project };
  const message = 'Unauthorized: send "Authorization: Bearer <key>" or "X-API-Key: <key>"';
  return { by: 'none', fault: { code: 'missing-credential', message } };
}
