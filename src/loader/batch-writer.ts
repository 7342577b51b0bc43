/**
 * Writes a batch: aliases, then spans, then events. The events are the mark that all before them is there, so a crash in
 * between only means that the batch is loaded again.
 */

import type { PriceBook } from '../pricing/price.ts';
import { ALIAS_COLUMNS, EVENT_COLUMNS, SPAN_COLUMNS } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AliasRow, LoadedEvent } from './batch.ts';
import type { DeadLetterBox } from './dead-letter-box.ts';
import { probeRows } from './probe.ts';
import { refusalOf } from './refusal.ts';
import { retried } from './retried.ts';
import { type BatchRows, toRows } from './rows.ts';

export class BatchWriter {
  readonly #store: StoreWriter;
  readonly #deadLetters: DeadLetterBox;
  readonly #prices: PriceBook;
  readonly #telemetry: Telemetry;

  constructor(store: StoreWriter, deadLetters: DeadLetterBox, prices: PriceBook, telemetry: Telemetry) {
    this.#store = store;
    this.#deadLetters = deadLetters;
    this.#prices = prices;
    this.#telemetry = telemetry;
  }

  /**
   * Resolves when everything is written, apart from the events returned: the store will never take their records.
   * `prebuilt` may hold the rows already.
   */
  async write(
    events: readonly LoadedEvent[],
    aliases: readonly AliasRow[],
    prebuilt?: BatchRows,
  ): Promise<readonly LoadedEvent[]> {
    const records = [...new Set(events.map((event) => event.record))];
    const [only] = records;
    try {
      const rows = prebuilt ?? toRows(events, aliases, this.#prices);
      if (records.length > 1) await retried(() => this.#insert(rows), this.#telemetry);
      else {
        const refusal = await refusalOf(
          () => this.#insert(rows),
          () => this.probe(),
          this.#telemetry,
        );
        if (refusal !== undefined) throw refusal;
      }
      return [];
    } catch (error) {
      if (only === undefined) throw error;
      if (records.length === 1) {
        await this.#deadLetters.bury(only, error);
        return events;
      }
      // The others must not suffer: halve until the culprit is alone.
      const half = new Set(records.slice(0, Math.ceil(records.length / 2)));
      const left = events.filter((event) => half.has(event.record));
      const right = events.filter((event) => !half.has(event.record));
      const refused = await this.write(left, aliases);
      return [...refused, ...(await this.write(right, []))];
    }
  }

  /** Rejects while the store takes nothing at all. */
  probe(): Promise<void> {
    return this.#insert(probeRows(this.#prices));
  }

  async #insert({ aliases, spans, events }: BatchRows): Promise<void> {
    await this.#store.insert('tributary.trace_aliases', ALIAS_COLUMNS, aliases);
    await this.#store.insert('tributary.spans', SPAN_COLUMNS, spans);
    await this.#store.insert('tributary.events', EVENT_COLUMNS, events);
  }
}
