/**
 * What traces can be filtered by: lists, facets and exports take the same filters. They first narrow the rows that are
 * read (`rowConditions`), then are checked on the summary (`isWanted`), or on the same columns in SQL (trace-facets.ts).
 */

import { z } from '@hono/zod-openapi';
import { filterValuesMax } from '../limits.ts';
import { wordsOf } from '../store/schema/schema.ts';
import type { QueryParams } from '../store/store.ts';
import { DialectParam, PageParams, TimeParam } from './schemas.ts';
import { SHOWN_STATUSES } from './status-sql.ts';
import type { Summarised, TraceSummary } from './trace-summary.ts';

const SearchText = z.string().max(1024);
/** Included. */
const Bound = z.coerce.number().min(0);

/** For a parameter that may be repeated: of one that was given once, Hono tells the value itself. */
export const listed = (value: unknown) => (value === undefined || Array.isArray(value) ? value : [value]);
/** Any of the values. */
const anyOf = <T extends z.ZodType>(value: T) => z.preprocess(listed, z.array(value).max(filterValuesMax).optional());

/** Filters by exact values, under the names that facets have, too. */
export const VALUE_FIELDS = [
  'status',
  'dialect',
  'model',
  'agent',
  'userId',
  'sessionId',
  'tag',
  'environment',
  'name',
] as const;
export type ValueField = (typeof VALUE_FIELDS)[number];

export const TraceConditions = {
  from: TimeParam.optional(),
  to: TimeParam.optional(),
  dialect: anyOf(DialectParam),
  status: anyOf(z.enum(SHOWN_STATUSES)),
  name: anyOf(SearchText),
  userId: anyOf(SearchText),
  sessionId: anyOf(SearchText),
  agent: anyOf(SearchText),
  environment: anyOf(SearchText),
  model: anyOf(SearchText).openapi({ description: 'A span of the trace names this model' }),
  tag: anyOf(SearchText),
  errorsMin: Bound.optional().openapi({ description: 'Of errorCount' }),
  costUsdMin: Bound.optional().openapi({ description: 'What has no price is neither above nor below a bound' }),
  costUsdMax: Bound.optional(),
  tokensMin: Bound.optional().openapi({ description: 'Of usage.totalTokens' }),
  tokensMax: Bound.optional(),
  durationMsMin: Bound.optional(),
  durationMsMax: Bound.optional(),
  q: SearchText.optional().openapi({
    description: 'Words that must all occur in an input or in an output; case does not matter',
  }),
};
const Conditions = z.object(TraceConditions);
export type TraceConditions = z.infer<typeof Conditions>;

export const TraceFilters = z.strictObject({ ...PageParams, ...TraceConditions });
export type TraceFilters = z.infer<typeof TraceFilters>;

export function isWanted({ summary: trace, models }: Summarised, filters: TraceConditions): boolean {
  const said: Readonly<Record<ValueField, readonly (string | null)[]>> = {
    status: [trace.status],
    dialect: [trace.dialect],
    model: models,
    agent: [trace.agentName],
    userId: [trace.userId],
    sessionId: [trace.sessionId],
    tag: trace.tags,
    environment: [trace.environment],
    name: [trace.name],
  };
  return (
    VALUE_FIELDS.every((field) => {
      const wanted: readonly string[] | undefined = filters[field];
      return wanted === undefined || said[field].some((value) => value !== null && wanted.includes(value));
    }) &&
    isWithin(trace.errorCount, filters.errorsMin, undefined) &&
    isWithinBounds(trace, filters)
  );
}

/** Bounds, and what is said of the root. */
export const BOUND_FILTERS = [
  'errorsMin',
  'costUsdMin',
  'costUsdMax',
  'tokensMin',
  'tokensMax',
  'durationMsMin',
  'durationMsMax',
] as const satisfies readonly (keyof TraceConditions)[];
const SUMMARY_FILTERS = [...BOUND_FILTERS, 'status', 'name'] as const;

function isWithin(value: number | null, min: number | undefined, max: number | undefined): boolean {
  if (min === undefined && max === undefined) return true;
  return value !== null && (min === undefined || value >= min) && (max === undefined || value <= max);
}

function isWithinBounds({ costUsd, usage, durationMs }: TraceSummary, filters: TraceConditions): boolean {
  return (
    isWithin(costUsd, filters.costUsdMin, filters.costUsdMax) &&
    isWithin(usage.totalTokens, filters.tokensMin, filters.tokensMax) &&
    isWithin(durationMs, filters.durationMsMin, filters.durationMsMax)
  );
}

/** Most traces with such rows match: nothing is asked that only the trace as a whole can tell. */
export function areToldByRows(filters: TraceConditions): boolean {
  return SUMMARY_FILTERS.every((name) => filters[name] === undefined);
}

export interface RowConditions {
  /** Each is fulfilled by some row of every matching trace. */
  readonly conditions: readonly { readonly of: ValueField | 'errorsMin' | 'q'; readonly sql: string }[];
  readonly params: QueryParams;
}

const COLUMNS = [
  ['userId', 'user_id'],
  ['sessionId', 'session_id'],
  ['agent', 'agent_name'],
  ['environment', 'environment'],
  ['model', 'model'],
] as const satisfies readonly (readonly [field: ValueField, column: string])[];

/** Their parameters are named after the filters: `{userId:Array(String)}`. */
export function rowConditions(filters: TraceConditions): RowConditions {
  const conditions: { of: ValueField | 'errorsMin' | 'q'; sql: string }[] = [];
  const params: Record<string, readonly string[]> = {};
  const narrow = (of: ValueField, sql: string) => {
    const values = filters[of];
    if (values === undefined) return;
    params[of] = values;
    conditions.push({ of, sql });
  };
  narrow('dialect', 'dialect IN {dialect:Array(String)}');
  for (const [field, column] of COLUMNS) narrow(field, `tupleElement(${column}, 3) IN {${field}:Array(String)}`);
  // A failed or paused trace has a row that says so; the other states are also what is left unsaid.
  if (filters.status?.every((status) => status === 'error' || status === 'paused'))
    narrow('status', 'tupleElement(status, 3) IN {status:Array(String)}');
  narrow(
    'name',
    '(tupleElement(name, 3) IN {name:Array(String)} OR tupleElement(agent_name, 3) IN {name:Array(String)})',
  );
  narrow('tag', 'hasAny(tags, {tag:Array(String)})');
  if ((filters.errorsMin ?? 0) > 0) conditions.push({ of: 'errorsMin', sql: `tupleElement(status, 3) = 'error'` });
  const words = (filters.q ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length > 0) {
    params.words = words;
    const [input, output] = ['input', 'output'].map(
      (register) => `hasAllTokens(${wordsOf(register)}, {words:Array(String)})`,
    );
    conditions.push({ of: 'q', sql: `(${input} OR ${output})` });
  }
  return { conditions, params };
}
