/**
 * Records that cannot become rows are kept with the reason, for somebody to look at; the rest goes on.
 *
 * A letter that is tried again comes as a new record that names the old one. When it is stored the letter goes, before
 * the log is let go of: whoever dies in between reads the record again, finds its events stored, and comes to the same.
 */

import { type ProjectId, readProjectId } from '../canonical/ids.ts';
import type { LogRecord } from '../log/log.ts';
import { retryOf } from '../log/request.ts';
import type { Registry } from '../registry/registry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { RouteTable } from './decode-record.ts';
import { retriedForever } from './retried.ts';

const REASON_CHARS_MAX = 1000;

export class DeadLetterBox {
  count = 0;
  readonly #registry: Pick<Registry, 'deadLetters'>;
  readonly #routes: RouteTable;
  readonly #telemetry: Telemetry;
  /** Positions of retries that failed again and are not settled yet: at most those of two batches. */
  readonly #failedRetries = new Set<number>();

  constructor(registry: Pick<Registry, 'deadLetters'>, routes: RouteTable, telemetry: Telemetry) {
    this.#registry = registry;
    this.#routes = routes;
    this.#telemetry = telemetry;
  }

  async bury(record: LogRecord, error: unknown): Promise<void> {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_CHARS_MAX);
    const { projectId, routeId } = originOf(record);
    const dialect = this.#routes.get(routeId)?.dialect.name ?? '';
    const { position: failedAt, meta, body, count: events } = record;
    const position = retryOf(meta) ?? failedAt;
    this.#telemetry.emit({ level: 'error', name: 'dead_letter', position, route: routeId, detail: reason });
    const letter = { projectId, position, dialect, route: routeId, reason, meta, body, events, failedAt };
    await retriedForever(() => this.#registry.deadLetters.add(letter), this.#telemetry);
    if (position !== failedAt) this.#failedRetries.add(failedAt);
    this.count += 1;
  }

  /** Everything of these records that was not buried is stored. */
  async settle(records: readonly LogRecord[]): Promise<void> {
    const settled: number[] = [];
    for (const { meta, position } of records) {
      const letter = retryOf(meta);
      if (letter !== undefined && !this.#failedRetries.has(position)) settled.push(letter);
    }
    if (settled.length > 0) await retriedForever(() => this.#registry.deadLetters.settle(settled), this.#telemetry);
    if (this.#failedRetries.size > 0) for (const { position } of records) this.#failedRetries.delete(position);
  }
}

/** A record without readable meta belongs to nobody, but is kept. */
function originOf(record: LogRecord): { projectId: ProjectId | ''; routeId: string } {
  try {
    const meta: unknown = JSON.parse(record.meta);
    if (typeof meta === 'object' && meta !== null && 'project' in meta && 'route' in meta)
      return { projectId: readProjectId(String(meta.project)) ?? '', routeId: String(meta.route) };
  } catch {
    // Not JSON: the checksum was right, so this is what was written.
  }
  return { projectId: '', routeId: '' };
}
