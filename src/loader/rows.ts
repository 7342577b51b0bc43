/** Batches as bytes for the store, in the order of its columns (schema.ts) and of their types. */

import type { ProjectId } from '../canonical/ids.ts';
import {
  emptySpan,
  type FoldedSpan,
  joinFragment,
  joinPrice,
  joinStep,
  type NumberTuple,
  type PriceTuple,
  rankOf,
  type TextTuple,
} from '../canonical/merge.ts';
import { type SpanFragment, TEXT_REGISTERS } from '../canonical/span.ts';
import { clampMicros } from '../canonical/time.ts';
import { amountsOf } from '../pricing/amounts.ts';
import type { Price, PriceBook } from '../pricing/price.ts';
import { type RowBinary, RowBinaryWriter } from '../store/row-binary.ts';
import type { AliasRow, LoadedEvent } from './batch.ts';

/** What a row has beside its long texts, about. */
const ROW_BYTES = 512;

/** A batch as bytes, one for each table; empty where there is nothing to write. */
export interface BatchRows {
  readonly aliases: RowBinary;
  readonly spans: RowBinary;
  readonly events: RowBinary;
}

export function toRows(events: readonly LoadedEvent[], aliases: readonly AliasRow[], prices: PriceBook): BatchRows {
  return { aliases: aliasRows(aliases), spans: spanRows(events, prices), events: eventRows(events) };
}

function eventRows(events: readonly LoadedEvent[]): RowBinary {
  const rows = new RowBinaryWriter(expectedBytes(events));
  const projects = new Projects();
  for (const event of events) {
    if (!event.hasRow) continue;
    const { draft } = event;
    rows.raw(projects.bytesOf(event.projectId));
    rows.text(event.dialect);
    rows.text(draft.eventId);
    rows.text(draft.type);
    rows.text(event.traceId);
    rows.text(draft.spanId);
    rows.int64(clampMicros(draft.timestamp));
    rows.int64(event.receivedAt);
    rows.int64(event.position);
    rows.text(draft.environment ?? '');
    rows.text(event.userAgent);
    rows.int64(event.step);
    rows.int64(event.parentStep);
    rows.text(draft.payload);
    rows.int64(event.lastStep);
  }
  return rows.finish();
}

interface SpanOfBatch {
  readonly event: LoadedEvent;
  readonly spanId: string;
  readonly span: FoldedSpan;
}

function spanRows(events: readonly LoadedEvent[], prices: PriceBook): RowBinary {
  const rows = new RowBinaryWriter(expectedBytes(events));
  const projects = new Projects();
  for (const { event, spanId, span } of fold(events, prices)) {
    rows.raw(projects.bytesOf(event.projectId));
    rows.text(event.traceId);
    rows.text(event.dialect);
    rows.text(spanId);
    putSpan(rows, span);
  }
  return rows.finish();
}

function fold(events: readonly LoadedEvent[], prices: PriceBook): Iterable<SpanOfBatch> {
  const spans = new Map<string, SpanOfBatch>();
  const pricer = new Pricer(prices);
  for (const event of events) {
    for (const fragment of event.fragments) {
      const { spanId } = fragment;
      // Ids may hold any character but are never ambiguous here: the project and the dialect have fixed alphabets.
      const id = `${event.projectId}${event.dialect}${event.traceId.length}:${event.traceId}${spanId}`;
      let entry = spans.get(id);
      if (entry === undefined) {
        entry = { event, spanId, span: emptySpan() };
        spans.set(id, entry);
      }
      joinFragment(entry.span, fragment);
      const price = pricer.priceOf(event.projectId, fragment);
      if (price !== undefined) joinPrice(entry.span, price);
      for (let step = event.step; step > 0 && step <= event.lastStep; step += 1) joinStep(entry.span, step);
    }
  }
  return spans.values();
}

function putSpan(rows: RowBinaryWriter, span: FoldedSpan): void {
  rows.int64(span.start);
  rows.nullableInt64(span.end);
  for (const name of TEXT_REGISTERS) {
    const register = span.text[name];
    if (register === undefined) rows.raw(NOT_SAID);
    else putText(rows, register);
  }
  putRank(rows, span.tokens);
  rows.int64s(span.tokens?.[2] ?? []);
  putRank(rows, span.price);
  rows.int64(span.price?.[2] ?? 0);
  rows.text(span.price?.[3] ?? '');
  rows.int64s(span.price?.[4] ?? []);
  putNumber(rows, span.duration);
  rows.length(span.tags.size);
  for (const tag of span.tags) rows.text(tag);
  rows.length(span.metadata.size);
  for (const patch of span.metadata.values()) putText(rows, patch);
  rows.length(span.feedback.size);
  for (const patch of span.feedback.values()) putText(rows, patch);
  rows.length(span.steps.size);
  for (const step of span.steps) rows.int64(step);
  putNumber(rows, span.parentStep);
  rows.uint8(span.hidden ? 1 : 0);
  rows.nullableInt64(span.firstToken);
  rows.uint8(span.timedByArrival ? 1 : 0);
}

/** Rank 0, time 0, no text. */
const NOT_SAID = Buffer.alloc(10);

function putRank(
  rows: RowBinaryWriter,
  register: readonly [rank: number, time: number, ...unknown[]] | undefined,
): void {
  rows.uint8(register?.[0] ?? 0);
  rows.int64(register?.[1] ?? 0);
}

function putText(rows: RowBinaryWriter, register: TextTuple): void {
  putRank(rows, register);
  rows.text(register[2]);
}

function putNumber(rows: RowBinaryWriter, register: NumberTuple | undefined): void {
  putRank(rows, register);
  rows.int64(register?.[2] ?? 0);
}

function aliasRows(aliases: readonly AliasRow[]): RowBinary {
  const rows = new RowBinaryWriter(aliases.length * ROW_BYTES);
  const projects = new Projects();
  for (const { projectId, dialect, from, to } of aliases) {
    rows.raw(projects.bytesOf(projectId));
    rows.text(dialect);
    rows.text(from);
    rows.text(to);
    rows.uint8(to === '' ? 0 : 1);
  }
  return rows.finish();
}

function expectedBytes(events: readonly LoadedEvent[]): number {
  return events.reduce((sum, { draft }) => sum + draft.payload.length + ROW_BYTES, 0);
}

/** Ids of projects as bytes; a batch has few of them. */
class Projects {
  readonly #known = new Map<ProjectId, Buffer>();

  bytesOf(projectId: ProjectId): Buffer {
    const known = this.#known.get(projectId);
    if (known !== undefined) return known;
    const writer = new RowBinaryWriter(16);
    writer.uuid(projectId);
    const { bytes } = writer.finish();
    this.#known.set(projectId, bytes);
    return bytes;
  }
}

/** What fragments say about the price of their call. A batch has few prices: each is written out once. */
class Pricer {
  readonly #prices: PriceBook;
  readonly #amounts = new Map<Price, readonly number[]>();

  constructor(prices: PriceBook) {
    this.#prices = prices;
  }

  /**
   * `undefined` when the fragment names no model. That no price is known is also said: else the price of a model that is
   * believed less would stand next to this one.
   */
  priceOf(projectId: ProjectId, fragment: SpanFragment): PriceTuple | undefined {
    const { model, provider } = fragment.text;
    if (model === undefined) return undefined;
    const price = this.#prices.find({ projectId, model, provider, at: clampMicros(fragment.start) });
    const [rank, time] = [rankOf(fragment, 'model'), clampMicros(fragment.time)];
    if (price === undefined) return [rank, time, this.#prices.revision, '', []];
    return [rank, time, this.#prices.revision, price.id, this.#amountsOf(price)];
  }

  #amountsOf(price: Price): readonly number[] {
    const known = this.#amounts.get(price);
    if (known !== undefined) return known;
    const amounts = amountsOf(price);
    this.#amounts.set(price, amounts);
    return amounts;
  }
}
