/**
 * Gives the spans of a project today's prices. Page by page in the order of the table's key; a job that a stopped process
 * has left starts at the first page again, where it finds nothing left to change.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { type Micros, microsFromIso } from '../canonical/time.ts';
import { repricedSpansMax } from '../limits.ts';
import { retriedForever } from '../loader/retried.ts';
import { amountsOf } from '../pricing/amounts.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Repricing, Repricings } from '../registry/prices.ts';
import { hourOf, inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader, StoreWriter } from '../store/store.ts';
import { idOf, TraceAliases } from '../store/trace-aliases.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type SpanKey, writeFindings } from './enriched-rows.ts';
import { ExhaustedError, retriedInBounds } from './exhausted.ts';

/** (rank and time of the model's register, revision, id, amounts), as the loader writes it. */
type PriceTuple = readonly [rank: number, time: number, revision: number, id: string, amounts: readonly number[]];

interface PricedSpan extends SpanKey {
  readonly model: readonly [rank: number, time: number, value: string];
  readonly provider: string;
  readonly price: PriceTuple;
}

export interface RepricerParts {
  readonly store: StoreWriter;
  readonly lookup: StoreReader;
  readonly repricings: Repricings;
  readonly prices: PriceBook;
  readonly telemetry: Telemetry;
}

const KEY = 'hour, trace_id, dialect, span_id';
const NAMES_A_MODEL = `project_id = {project:UUID} AND tupleElement(model, 3) != ''`;
/** Of a row; the price is found for when the whole span starts. */
const IN_TIME = `hour BETWEEN {hourMin:Int32} AND {hourMax:Int32} AND start_time >= fromUnixTimestamp64Micro({from:Int64}) AND start_time < fromUnixTimestamp64Micro({to:Int64})`;
const TOTAL = `SELECT count() AS total FROM tributary.spans FINAL WHERE ${NAMES_A_MODEL} AND ${IN_TIME}`;

/** Behind the cursor. The first two conditions are those that the key can find. */
const BEHIND = `hour >= {hour:Int32} AND (hour > {hour:Int32} OR trace_id >= {trace:String})
  AND (${KEY}) > ({hour:Int32}, {trace:String}, {dialect:String}, {span:String})`;
/** Where a page ends that has about so many rows. Reads in the order of the key, so only these rows. */
const PAGE_END = `SELECT hour, trace_id AS traceId FROM tributary.spans
  WHERE project_id = {project:UUID} AND ${BEHIND}
  ORDER BY project_id, ${KEY} LIMIT 1 OFFSET {limit:UInt64}`;
/** FINAL joins a span's rows; without an end it would do so for all that is left of the project. */
const page = (isLast: boolean) => `SELECT hour, trace_id AS traceId, dialect, span_id AS spanId,
    toUnixTimestamp64Micro(start_time) AS start, model, tupleElement(provider, 3) AS provider, price
  FROM tributary.spans FINAL
  WHERE ${NAMES_A_MODEL} AND ${IN_TIME} AND ${BEHIND}
    ${isLast ? '' : 'AND hour <= {endHour:Int32} AND (hour < {endHour:Int32} OR trace_id <= {end:String})'}
  ORDER BY ${KEY} LIMIT {limit:UInt64}`;

/** Pages go on behind this key. */
interface Cursor {
  readonly hour: number;
  readonly trace: string;
  readonly dialect: string;
  readonly span: string;
}
/** Behind the name of every dialect, so behind all of a trace. */
const DIALECTS_END = '~';

interface Page {
  readonly spans: readonly PricedSpan[];
  /** `undefined`: there is nothing behind it. */
  readonly next: Cursor | undefined;
}

/** All that is said about a span under any of its trace ids. */
const SPREAD = `SELECT transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS root,
    span_id AS spanId, toUnixTimestamp64Micro(min(spans.start_time)) AS start, max(spans.model) AS model,
    tupleElement(max(spans.provider), 3) AS provider, max(spans.price) AS price
  FROM tributary.spans AS spans
  WHERE project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)}
    AND span_id IN {spanIds:Array(String)}
    AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY root, spanId`;

/** One job under way. */
export class RepricingRun {
  readonly job: Repricing;
  readonly #parts: RepricerParts;
  readonly #range: { readonly from: Micros; readonly to: Micros; readonly hourMin: number; readonly hourMax: number };
  #after: Cursor = { hour: hourOf(TIME_MIN), trace: '', dialect: '', span: '' };
  #seen = 0;
  #changed: number;
  #total = 0;

  private constructor(job: Repricing, parts: RepricerParts) {
    this.job = job;
    this.#parts = parts;
    this.#changed = job.spansChanged;
    const from = (job.from === null ? undefined : microsFromIso(job.from)) ?? TIME_MIN;
    const to = (job.to === null ? undefined : microsFromIso(job.to)) ?? TIME_MAX;
    this.#range = { from, to, hourMin: hourOf(from), hourMax: hourOf(to) };
  }

  static async begin(job: Repricing, parts: RepricerParts): Promise<RepricingRun> {
    const run = new RepricingRun(job, parts);
    run.#total = await run.#count();
    const seen = { spansTotal: run.#total, spansSeen: 0 };
    await retriedForever(() => parts.repricings.update(job.id, seen), parts.telemetry);
    return run;
  }

  /** 0 when there are too many to count in one statement: the total then grows with what is seen. */
  async #count(): Promise<number> {
    const { lookup, telemetry } = this.#parts;
    const params = { project: this.job.projectId, ...this.#range };
    try {
      const rows = await retriedInBounds(() => lookup.select<{ total: number }>(TOTAL, params), telemetry);
      return rows[0]?.total ?? 0;
    } catch (error) {
      if (!(error instanceof ExhaustedError)) throw error;
      return 0;
    }
  }

  /** The next page; resolves with the number of spans that got another price. */
  async step(spansMax = repricedSpansMax): Promise<{ readonly spans: number; readonly isDone: boolean }> {
    const { repricings, telemetry } = this.#parts;
    const { spans, next } = await retriedInBounds(() => this.#page(spansMax), telemetry);
    const changed = await retriedInBounds(() => this.#price(spans), telemetry);
    this.#seen += spans.length;
    this.#changed += changed;
    const progress = { spansSeen: this.#seen, spansChanged: this.#changed };
    if (next === undefined) {
      const finishedAt = new Date().toISOString();
      const done = { ...progress, spansTotal: this.#seen, state: 'done', finishedAt } as const;
      await retriedForever(() => repricings.update(this.job.id, done), telemetry);
    } else {
      // Spans may have come since they were counted.
      const seen = { ...progress, spansTotal: Math.max(this.#total, this.#seen) };
      await retriedForever(() => repricings.update(this.job.id, seen), telemetry);
      this.#after = next;
    }
    return { spans: changed, isDone: next === undefined };
  }

  async #page(limit: number): Promise<Page> {
    const { lookup } = this.#parts;
    const params = { project: this.job.projectId, ...this.#range, ...this.#after, limit };
    const [end] = await lookup.select<{ hour: number; traceId: string }>(PAGE_END, params);
    const spans = await lookup.select<PricedSpan & { readonly hour: number }>(page(end === undefined), {
      ...params,
      endHour: end?.hour ?? 0,
      end: end?.traceId ?? '',
    });
    const last = spans.at(-1);
    if (last !== undefined && spans.length === limit)
      return { spans, next: { hour: last.hour, trace: last.traceId, dialect: last.dialect, span: last.spanId } };
    return { spans, next: end && { hour: end.hour, trace: end.traceId, dialect: DIALECTS_END, span: '' } };
  }

  async #price(page: readonly PricedSpan[]): Promise<number> {
    const { projectId } = this.job;
    const whole = await this.#joined(projectId, page);
    const rows = whole.flatMap((span): (readonly [SpanKey, PriceTuple])[] => {
      const price = this.#newPrice(projectId, span);
      return price === undefined ? [] : [[span, price]];
    });
    await writeFindings(this.#parts.store, projectId, 'price', rows);
    return rows.length;
  }

  /** `undefined` when the span has today's price. */
  #newPrice(projectId: ProjectId, { model, provider, start, price }: PricedSpan): PriceTuple | undefined {
    const { prices } = this.#parts;
    const found = prices.find({
      projectId,
      model: model[2],
      provider: provider === '' ? undefined : provider,
      at: start,
    });
    const [id, amounts] = found === undefined ? ['', []] : [found.id.toWellFormed(), amountsOf(found)];
    const [rank, time, revision, oldId, oldAmounts] = price;
    const isAboutModel = rank === model[0] && time === model[1];
    if (id === oldId && amounts.join() === oldAmounts.join()) return undefined;
    // Of one revision, the greater id would win: what is known of the whole span must win over one event's part of it.
    return [model[0], model[1], isAboutModel ? Math.max(prices.revision, revision + 1) : prices.revision, id, amounts];
  }

  /**
   * Spans whose rows stand under several trace ids (docs/decisions/0003) or in several hours (0009), joined; of the others
   * the page knows all.
   */
  async #joined(project: ProjectId, page: readonly PricedSpan[]): Promise<readonly PricedSpan[]> {
    const aliases = new TraceAliases(this.#parts.lookup, project);
    const keyOf = (span: PricedSpan) => `${span.dialect}|${span.traceId}`;
    const roots = await aliases.roots([...new Set(page.map(keyOf))]);
    const rootOf = await aliases.members([...new Set(roots.values())]);
    const membersOf = new Map<string, number>();
    for (const root of rootOf.values()) membersOf.set(root, (membersOf.get(root) ?? 0) + 1);
    const reaching = await this.#reaching(project, page);
    const isSpread = (span: PricedSpan) =>
      (membersOf.get(roots.get(keyOf(span)) ?? '') ?? 1) > 1 || reaching.has(span.traceId);
    const spread = page.filter(isSpread);
    if (spread.length === 0) return page;
    const wanted = new Set(spread.map((span) => roots.get(keyOf(span))));
    const members = [...rootOf].filter(([, root]) => wanted.has(root));
    const rows = await this.#parts.lookup.select<PricedSpan & { readonly root: string }>(SPREAD, {
      project,
      ids: [...new Set(members.map(([key]) => idOf(key)))],
      spanIds: [...new Set(spread.map((span) => span.spanId))],
      members: members.map(([key]) => key),
      roots: members.map(([, root]) => root),
    });
    const whole = new Map(rows.map((row) => [`${row.root.length}:${row.root}${row.spanId}`, row]));
    return page.map((span) => {
      const root = roots.get(keyOf(span)) ?? '';
      const row = isSpread(span) ? whole.get(`${root.length}:${root}${span.spanId}`) : undefined;
      return row === undefined ? span : { ...row, traceId: span.traceId, dialect: span.dialect, spanId: span.spanId };
    });
  }

  async #reaching(project: ProjectId, page: readonly PricedSpan[]): Promise<ReadonlySet<string>> {
    if (page.length === 0) return new Set();
    const ids = [...new Set(page.map(({ traceId }) => traceId))];
    const rows = await this.#parts.lookup.select<{ id: string }>(REACHING, { project, ids });
    return new Set(rows.map(({ id }) => id));
  }
}

/** Traces with rows in several hours. */
const REACHING = `SELECT id FROM (SELECT arrayJoin({ids:Array(String)}) AS id) WHERE cityHash64(id) IN (
    SELECT trace_hash FROM tributary.trace_hours
    WHERE project_id = {project:UUID} AND trace_hash IN (SELECT cityHash64(arrayJoin({ids:Array(String)})))
    GROUP BY trace_hash HAVING min(hour) < max(hour))`;

/** Within what the store's times can be. */
const TIME_MIN: Micros = Date.UTC(1900, 0, 1) * 1000;
const TIME_MAX: Micros = Date.UTC(2262, 0, 1) * 1000;
