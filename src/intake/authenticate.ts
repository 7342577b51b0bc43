/** Whose request it is: the claim that a dialect reads from a request, decided by the registry. */

import { readProjectId } from '../canonical/ids.ts';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import type { Claim } from '../dialects/dialect.ts';
import type { Principal, Registry, Scope } from '../registry/registry.ts';

export interface AuthenticateParts {
  readonly registry: Pick<Registry, 'authenticate' | 'hasProject'>;
  /** The network in front of the server is trusted to name projects without a secret. */
  readonly trustsProjectHeaders: boolean;
}

export function authenticate(parts: AuthenticateParts, claim: Claim, scope: Scope): Outcome<Principal> {
  if (claim.by === 'none') return { ok: false, fault: claim.fault };
  if (claim.by === 'body') return refuse('missing-credential', 'A key is required');
  if (claim.by === 'trusted-header' && !parts.trustsProjectHeaders)
    return refuse('missing-credential', 'A key is required: this server does not trust headers that name a project');
  const principal = principalOf(parts, claim);
  if (principal === undefined) return refuse('unknown-credential', 'Invalid credentials');
  const hint = claim.by === 'key' && claim.projectHint !== undefined ? readProjectId(claim.projectHint) : undefined;
  if (hint !== undefined && hint !== principal.projectId && parts.registry.hasProject(hint))
    return refuse('wrong-project', 'Invalid credentials');
  if (!principal.scopes.includes(scope)) return refuse('scope-missing', `This key has no ${scope} scope`);
  return ok(principal);
}

function principalOf(
  { registry }: AuthenticateParts,
  claim: Exclude<Claim, { by: 'none' | 'body' }>,
): Principal | undefined {
  if (claim.by === 'key') return registry.authenticate(claim.key);
  const projectId = readProjectId(claim.by === 'trusted-header' ? claim.projectId : claim.value);
  const isKnown = projectId !== undefined && registry.hasProject(projectId);
  // Who may name a project may look at it, too; a public key stands in browsers and may only send.
  if (claim.by === 'trusted-header') return isKnown ? { projectId, scopes: ['ingest', 'read'] } : undefined;
  return isKnown ? { projectId, scopes: ['ingest'] } : registry.authenticate(claim.value);
}
