/** Who asks, checked before every question: a key with the scope that the route needs. */

import type { Context, MiddlewareHandler } from 'hono';
import { FAULTS, type FaultCode } from '../faults.ts';
import type { LoaderProgress } from '../loader/loader.ts';
import type { EventLog } from '../log/log.ts';
import type { Principal, Registry, Scope } from '../registry/registry.ts';
import type { StoreReader } from '../store/store.ts';
import type { BackupTaker } from './backups.ts';
import type { IntakeHealthParts } from './intake-health.ts';
import type { LiveStreams } from './live-streams.ts';
import type { RetentionSchedule } from './retention.ts';
import type { Vanishing } from './status-sql.ts';

/** What questions are answered from. */
export interface QueryParts {
  readonly store: StoreReader;
  readonly registry: Registry;
  readonly log: EventLog;
  /** Calls that end unseen are shown as `unknown`. */
  readonly vanishing: Vanishing;
  readonly loader: {
    readonly progress: LoaderProgress;
    readonly backlogBytes: number;
    readonly waitingSeconds: number;
  };
  /** Own prices were changed: others that hold them in memory should read them again. */
  readonly onPricesChanged?: () => void;
  /** Since start. */
  readonly deadLetterCounters?: { retried: number; discarded: number };
  readonly intakeHealth?: IntakeHealthParts;
  readonly live?: LiveStreams;
  /** A re-pricing waits to be run. */
  readonly onRepricing?: () => void;
  /** A deletion waits to be run. */
  readonly onDeletion?: () => void;
  readonly retention?: RetentionSchedule;
  readonly backups?: BackupTaker;
}

export interface QueryEnv {
  Variables: { principal: Principal };
}

export function fault(c: Context, code: FaultCode, message: string, path?: string): Response {
  const error = path === undefined ? { code, message } : { code, message, path };
  return c.json({ error }, FAULTS[code].status as 400);
}

export function keyOf(c: Context): string | undefined {
  const [scheme, key] = (c.req.header('authorization') ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && key !== '' ? key : undefined;
}

/** `any`: every key that is known, whatever it may do. */
export function requireScope(registry: Registry, scope: Scope | 'any'): MiddlewareHandler<QueryEnv> {
  return async (c, next) => {
    const key = keyOf(c);
    if (key === undefined) {
      return fault(c, 'missing-credential', 'Send a key of the project: Authorization: Bearer <key>');
    }
    const principal = registry.authenticate(key);
    if (principal === undefined) return fault(c, 'unknown-credential', 'This key is unknown or revoked');
    if (scope !== 'any' && !principal.scopes.includes(scope))
      return fault(c, 'scope-missing', `This key has no ${scope} scope`);
    c.set('principal', principal);
    return next();
  };
}
