/**
 * What traces can be filtered by, as people type it. The API's names are those of the URL (`TraceSearch`); a field of
 * values is "any of these", a field of amounts has bounds that are included.
 */

import type { TRACE_BOUNDS, TRACE_FILTERS, TraceSearch } from '../pages/traces/trace-search.ts';
import type { Unit } from './amounts.ts';

export type ValueName = (typeof TRACE_FILTERS)[number];
export type BoundName = (typeof TRACE_BOUNDS)[number];
/** The part of the URL that says which traces are wanted. */
export type TraceFilters = Pick<TraceSearch, ValueName | BoundName | 'q'>;

export interface ValueField {
  readonly kind: 'values';
  readonly name: ValueName;
  readonly word: string;
  readonly label: string;
  readonly hint: string;
  /** Only these exist. */
  readonly only?: readonly string[];
}

export interface AmountField {
  readonly kind: 'amount';
  readonly name: 'duration' | 'cost' | 'tokens' | 'errors';
  readonly word: string;
  readonly label: string;
  readonly hint: string;
  readonly unit: Unit;
  readonly min: BoundName;
  /** Absent where the API has no such bound. */
  readonly max?: BoundName;
  readonly usual: readonly number[];
}

export interface WordsField {
  readonly kind: 'words';
  readonly name: 'q';
  readonly word: string;
  readonly label: string;
  readonly hint: string;
}

export type Field = ValueField | AmountField | WordsField;
export type FieldName = Field['name'];

const STATUSES = ['error', 'running', 'paused', 'unknown', 'ok'];
const DIALECTS = ['lunary', 'vellum', 'voker', 'weflayr', 'whyops'];

const value = (name: ValueName, word: string, label: string, hint: string, only?: readonly string[]): ValueField => ({
  ...{ kind: 'values', name, word, label, hint },
  ...(only === undefined ? {} : { only }),
});

/** All of them by name, so that a new filter of the API cannot be forgotten here. */
const VALUES: Readonly<Record<ValueName, ValueField>> = {
  status: value('status', 'status', 'Status', 'How it ended', STATUSES),
  dialect: value('dialect', 'dialect', 'Dialect', 'Whose client sent it', DIALECTS),
  model: value('model', 'model', 'Model', 'A call names this model'),
  agent: value('agent', 'agent', 'Agent', 'Its agent'),
  userId: value('userId', 'user', 'User', 'Its user id'),
  sessionId: value('sessionId', 'session', 'Session', 'Its session id'),
  tag: value('tag', 'tag', 'Tag', 'One of its tags'),
  environment: value('environment', 'environment', 'Environment', 'Where it ran'),
  name: value('name', 'name', 'Name', 'The name of the trace'),
};

const AMOUNTS: readonly AmountField[] = [
  {
    ...{ kind: 'amount', name: 'duration', word: 'duration', label: 'Duration', hint: '2s, 500ms, 1.5m', unit: 'ms' },
    ...{ min: 'durationMsMin', max: 'durationMsMax', usual: [500, 1000, 2000, 5000, 10_000, 30_000, 60_000] },
  },
  {
    ...{ kind: 'amount', name: 'cost', word: 'cost', label: 'Cost', hint: '$0.05', unit: 'usd' },
    ...{ min: 'costUsdMin', max: 'costUsdMax', usual: [0.001, 0.01, 0.05, 0.1, 0.5, 1] },
  },
  {
    ...{ kind: 'amount', name: 'tokens', word: 'tokens', label: 'Tokens', hint: '500, 10k', unit: 'count' },
    ...{ min: 'tokensMin', max: 'tokensMax', usual: [100, 1000, 10_000, 100_000] },
  },
  {
    ...{ kind: 'amount', name: 'errors', word: 'errors', label: 'Errors', hint: 'Failed spans', unit: 'count' },
    ...{ min: 'errorsMin', usual: [1, 2, 5, 10] },
  },
];

const WORDS: WordsField = {
  ...{ kind: 'words', name: 'q', word: 'words', label: 'Words' },
  hint: 'All of them, in an input or an output',
};

export const VALUE_FIELDS: readonly ValueField[] = Object.values(VALUES);
export const FIELDS: readonly Field[] = [...VALUE_FIELDS, ...AMOUNTS, WORDS];

/** What else people type: the API's own names, and short ones. */
const ALSO: ReadonlyMap<string, FieldName> = new Map([
  ...FIELDS.map(({ name }) => [name.toLowerCase(), name] as const),
  ['env', 'environment'],
  ['latency', 'duration'],
  ['vendor', 'dialect'],
]);

/** By what somebody typed before the operator. */
export function fieldOf(typed: string): Field | undefined {
  const word = typed.toLowerCase();
  return FIELDS.find((field) => field.word === word) ?? FIELDS.find(({ name }) => name === ALSO.get(word));
}

export function fieldNamed(name: FieldName): Field {
  const found = FIELDS.find((field) => field.name === name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
}
