/**
 * The traces of a project with what they can be filtered by, as rows in SQL: the same that `summaryOf` (trace-summary.ts)
 * says of one trace. trace-questions.test.ts holds the two against each other.
 */

import type { QueryParams } from '../store/store.ts';
import { foremost, placedSpans, type Scope, sumOf } from './joined.ts';
import { WORST_OF_ROOTS } from './status-sql.ts';
import { BOUND_FILTERS, type TraceConditions, VALUE_FIELDS, type ValueField } from './trace-filters.ts';

/** Texts of a trace's row, and lists; what nobody said is empty. */
const TEXTS: Readonly<Partial<Record<ValueField, string>>> = {
  status: 'trace_status',
  dialect: 'dialect',
  agent: 'trace_agent',
  userId: 'trace_user',
  sessionId: 'trace_session',
  environment: 'trace_environment',
  name: 'trace_name',
};
const LISTS: Readonly<Partial<Record<ValueField, string>>> = { model: 'trace_models', tag: 'trace_tags' };

/** Pico-dollars are divided as `usdOf` divides them. */
const COST_USD = 'toFloat64(sum_cost_pico) / 1e12';

interface BoundFilter {
  readonly column: string;
  readonly comparison: '>=' | '<=';
  readonly hasSums?: true;
}
const BOUNDS = {
  errorsMin: { column: 'error_count', comparison: '>=' },
  costUsdMin: { column: COST_USD, comparison: '>=', hasSums: true },
  costUsdMax: { column: COST_USD, comparison: '<=', hasSums: true },
  tokensMin: { column: 'sum_tokens_total', comparison: '>=', hasSums: true },
  tokensMax: { column: 'sum_tokens_total', comparison: '<=', hasSums: true },
  durationMsMin: { column: 'duration / 1000', comparison: '>=' },
  durationMsMax: { column: 'duration / 1000', comparison: '<=' },
} as const satisfies Record<(typeof BOUND_FILTERS)[number], BoundFilter>;

export interface FacetTable {
  /** Rows of one trace each that match all filters without a field of their own. */
  readonly sql: string;
  readonly params: QueryParams;
}

/** Condition on a row of the table: it has one of the values that are asked for. */
export function matches(field: ValueField): string {
  const list = LISTS[field];
  if (list !== undefined) return `hasAny(${list}, {facet_${field}:Array(String)})`;
  return `(${TEXTS[field]} != '' AND ${TEXTS[field]} IN {facet_${field}:Array(String)})`;
}

/** The values of a field that a row has, as an array without empty ones. */
export function valuesOf(field: ValueField): string {
  return LISTS[field] ?? `if(${TEXTS[field]} = '', [], [${TEXTS[field]}])`;
}

/** `within`: condition on `started`. */
export function facetTable(scope: Scope, filters: TraceConditions, within: string): FacetTable {
  const bounds = BOUND_FILTERS.filter((name) => filters[name] !== undefined);
  const hasSums = bounds.some((name) => 'hasSums' in BOUNDS[name]);
  const conditions = bounds.map((name) => `${BOUNDS[name].column} ${BOUNDS[name].comparison} {${name}:Float64}`);
  const sums = ['cost_pico', 'tokens_total'].map((column) => `, ${sumOf(column)} AS sum_${column}`).join('');
  const registers = [
    'status',
    'parentSpanId',
    'userId',
    'sessionId',
    'agentName',
    'environment',
    'name',
    'kind',
    'model',
  ] as const;
  const traces = `SELECT trace_key, dialect, ${WORST_OF_ROOTS} AS trace_status,
      ${foremost('user_id')} AS trace_user, ${foremost('session_id')} AS trace_session,
      ${foremost('agent_name')} AS trace_agent, ${foremost('environment')} AS trace_environment,
      argMin((name, kind), precedence) AS first_span, countIf(is_root) AS root_count,
      -- A message, or several spans without one above them, have no name for the whole.
      if(trace_agent != '' AND (root_count > 1 OR first_span.2 = 'message'), trace_agent, first_span.1) AS trace_name,
      groupUniqArrayArray(tags) AS trace_tags, groupUniqArrayIf(model, model != '') AS trace_models,
      min(first) AS started, max(last) AS last_end, countIf(status = 'error') AS error_count,
      if(root_count = 1 AND maxIf(measured_rank, is_root) > 0, assumeNotNull(maxIf(duration, is_root)), -1) AS root_duration
      ${hasSums ? sums : ''}
    FROM (${placedSpans(scope, registers, ['tags'], hasSums)}) GROUP BY trace_key, dialect`;
  return {
    sql: `SELECT * FROM (
        SELECT *, if(trace_status IN ('running', 'unknown'), NULL, last_end) AS ended,
          if(root_duration >= 0, root_duration, ended - started) AS duration FROM (${traces})
      ) WHERE ${[within, ...conditions].join(' AND ')}`,
    params: {
      ...Object.fromEntries(bounds.map((name) => [name, filters[name] ?? 0])),
      ...Object.fromEntries(VALUE_FIELDS.map((field) => [`facet_${field}`, filters[field] ?? []])),
    },
  };
}
