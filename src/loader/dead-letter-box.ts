/** Records that cannot become rows are kept with the reason, for somebody to look at; the rest goes on. */

import type { LogRecord } from '../log/log.ts';
import type { Registry } from '../registry/registry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { RouteTable } from './decode-record.ts';

const REASON_CHARS_MAX = 1000;

export class DeadLetterBox {
  count = 0;
  readonly #registry: Registry;
  readonly #routes: RouteTable;
  readonly #telemetry: Telemetry;

  constructor(registry: Registry, routes: RouteTable, telemetry: Telemetry) {
    this.#registry = registry;
    this.#routes = routes;
    this.#telemetry = telemetry;
  }

  async bury(record: LogRecord, error: unknown): Promise<void> {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_CHARS_MAX);
    const { projectId, routeId } = originOf(record);
    const dialect = this.#routes.get(routeId)?.dialect.name ?? '';
    this.#telemetry.emit({
      level: 'error',
      name: 'dead_letter',
      position: record.position,
      route: routeId,
      detail: reason,
    });
    await this.#registry.addDeadLetter(
      { projectId, position: record.position, dialect, route: routeId, reason },
      record,
    );
    this.count += 1;
  }
}

/** A record without readable meta belongs to nobody, but is kept. */
function originOf(record: LogRecord): { projectId: string; routeId: string } {
  try {
    const meta: unknown = JSON.parse(record.meta);
    if (typeof meta === 'object' && meta !== null && 'project' in meta && 'route' in meta) {
      return { projectId: String(meta.project), routeId: String(meta.route) };
    }
  } catch {
    // Not JSON: the checksum was right, so this is what was written.
  }
  return { projectId: '', routeId: '' };
}
