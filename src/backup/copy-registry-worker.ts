/**
 * Entry point of that thread. The copy is later than the copy of the store, so what says "this is done in the store" is
 * set back to when the backup began: it is done again, and that changes nothing.
 */

import { workerData } from 'node:worker_threads';
import Database from 'libsql';
import type { RegistryCopy } from './copy-registry.ts';

// The only sender is `copyRegistry`, which has this type.
const { from, to, enrichedUntil, startedAt } = workerData as RegistryCopy;

const registry = new Database(from);
registry.pragma('busy_timeout = 10000');
registry.prepare('VACUUM INTO ?').run(to);
registry.close();

const copy = new Database(to);
copy.pragma('synchronous = FULL');
copy.prepare("UPDATE marks SET position = min(position, ?) WHERE name = 'enrich'").run(enrichedUntil);
copy
  .prepare("UPDATE repricings SET state = 'running', finished_at = NULL WHERE state = 'done' AND finished_at >= ?")
  .run(startedAt);
copy.close();
