/**
 * The vendor's filters in a query (`protocols/lunary.md` 3.2): `id=p1.p2…`, lists with commas and encoded twice, `OR&` in
 * front for any instead of all. What is no filter, or has too few parts, is left out.
 */

import { tagAnnotation } from '../../canonical/annotations.ts';
import { at, isObject, type JsonValue } from '../../canonical/json.ts';
import { microsFromIso } from '../../canonical/time.ts';
import { filterPartsMax } from '../../limits.ts';
import type { Directory } from '../dialect.ts';
import type { Comparison, Condition, NumberField, Reader } from '../reader.ts';
import { TYPE_MARK } from './marks.ts';
import { externalIds, peopleWho } from './people.ts';
import { traceRoots } from './trace-roots.ts';
import { hasType, THREAD_TYPES } from './types.ts';

export interface Filters {
  /** `type=thread` and the like: rows are threads, not runs. */
  readonly wantsThreads: boolean;
  /** No filter was given at all. */
  readonly isEmpty: boolean;
  /** Whether the rows' type was chosen. */
  readonly hasType: boolean;
  readonly where: Condition;
}

interface Sources {
  readonly directory: Directory;
  readonly reader: Reader;
}

const NOTHING: Condition = { any: [] };

/** Every part becomes a condition of its own, and a name with dots has as many readings as dots. */
export function tooManyParts(query: URLSearchParams): boolean {
  let parts = 0;
  for (const [name, value] of query) {
    if (name === 'checks') parts += tooManyParts(new URLSearchParams(value)) ? filterPartsMax : 0;
    if (Object.hasOwn(SEPARATORS, name)) parts += decoded(value).split(SEPARATORS[name] ?? ',').length;
    else parts += 1;
    if (parts > filterPartsMax) return true;
  }
  return false;
}

export async function filtersOf(query: URLSearchParams, sources: Sources): Promise<Filters> {
  const isOr = [...query.entries()].some(([name, value]) => name === 'OR' && value === '');
  const type = [...query.getAll('type')].filter((value) => value !== '').at(-1);
  const wantsThreads = type !== undefined && THREAD_TYPES.includes(type);
  const conditions: Condition[] = [];
  for (const [name, value] of query) {
    if (value === '' || (name === 'type' && wantsThreads)) continue;
    const condition = Object.hasOwn(FILTERS, name) ? await FILTERS[name]?.(value, sources) : undefined;
    if (condition !== undefined) conditions.push(condition);
  }
  return {
    wantsThreads,
    isEmpty: conditions.length === 0 && !wantsThreads,
    hasType: type !== undefined,
    where: conditions.length === 0 ? { all: [] } : isOr ? { any: conditions } : { all: conditions },
  };
}

/** `undefined`: as if it had not been given. */
type Filter = (value: string, sources: Sources) => Condition | undefined | Promise<Condition | undefined>;

const FILTERS: Readonly<Record<string, Filter>> = {
  type: (value, { reader }) => (value === 'trace' ? traceRoots(reader) : hasType(value)),
  models: (value) => ({ field: 'model', in: listOf(value) }),
  tags: (value) => ({ any: listOf(value).map(hasTag) }),
  status: (value) => (Object.hasOwn(STATUSES, value) ? { field: 'status', in: STATUSES[value] ?? [] } : NOTHING),
  users: async (value, { directory }) => {
    const ids = await Promise.all(listOf(value).map((id) => externalIds(directory, id)));
    return { field: 'userId', in: ids.flat() };
  },
  search: (value) => ({ words: value }),
  metadata: (value) => {
    const readings = splitsOf(value);
    return readings.length === 0
      ? undefined
      : { any: readings.map(([name, equals]): Condition => ({ metadata: name, equals })) };
  },
  'user-props': async (value, { directory }) => {
    const readings = splitsOf(value);
    if (readings.length === 0) return undefined;
    const people = await peopleWho(directory, ({ properties }) =>
      readings.some(([name, equals]) => shownAs(at(properties ?? undefined, name)) === equals),
    );
    return { field: 'userId', in: people.map((person) => person.id) };
  },
  feedback: (value) => {
    const parts = listOf(value).flatMap(feedbackCondition);
    return parts.length === 0 ? undefined : { any: parts };
  },
  date: (value) => {
    const [operator, text] = splitOnce(value);
    const micros = microsFromIso(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
    return micros === undefined ? undefined : compared('start', operator, micros);
  },
  duration: (value) => numeric('durationMs', value, 1000),
  cost: (value) => numeric('costUsd', value, 1),
  tokens: (value) => {
    const [side, rest] = splitOnce(value);
    const field = Object.hasOwn(TOKEN_FIELDS, side) ? TOKEN_FIELDS[side] : undefined;
    return field === undefined ? undefined : numeric(field, rest, 1);
  },
  templates: (value) => {
    const ids = listOf(value);
    return {
      any: ['templateVersionId', 'templateId'].flatMap((name) => ids.map((equals) => ({ metadata: name, equals }))),
    };
  },
  tools: (value) => named('tool', value),
  retrievers: (value) => named('retriever', value),
  'custom-events': (value) => ({
    all: [
      { metadata: TYPE_MARK, equals: 'custom-event' },
      { field: 'name', in: listOf(value) },
    ],
  }),
  // Nothing here evaluates runs, so none has been found to be about a topic, toxic, or free of it.
  ...Object.fromEntries(
    ['languages', 'topics', 'intents', 'pii', 'toxicity', 'sentiment'].map((id) => [id, () => NOTHING]),
  ),
};

/** Of the filters that take several values, or one that can be read in several ways. */
const SEPARATORS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['models', 'tags', 'users', 'feedback', 'templates', 'tools', 'retrievers', 'custom-events'].map((id) => [id, ',']),
  ),
  metadata: '.',
  'user-props': '.',
};
const STATUSES: Readonly<Record<string, readonly string[]>> = {
  success: ['ok'],
  error: ['error'],
  started: ['running', 'paused'],
};
const TOKEN_FIELDS: Readonly<Record<string, NumberField>> = {
  total: 'totalTokens',
  prompt: 'inputTokens',
  completion: 'outputTokens',
};
const OPERATORS: readonly Comparison[] = ['eq', 'neq', 'gt', 'lt', 'gte', 'lte'];

/** Encoded twice by the vendor's serializer; the query has been decoded once. */
function listOf(value: string): readonly string[] {
  return value
    .split(',')
    .filter((item) => item !== '')
    .map(decoded);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * `key.value`: the query does not tell a dot that was written `%2E` from one that separates, so a key or a value with
 * dots has several readings.
 */
function splitsOf(value: string): readonly (readonly [key: string, value: string])[] {
  const parts = value.split('.');
  return parts.slice(1).flatMap((_, i) => {
    const [key, rest] = [parts.slice(0, i + 1).join('.'), parts.slice(i + 1).join('.')];
    return key === '' || rest === '' ? [] : [[key, rest] as const];
  });
}

function splitOnce(value: string): readonly [string, string] {
  const dot = value.indexOf('.');
  return dot === -1 ? [value, ''] : [value.slice(0, dot), value.slice(dot + 1)];
}

/** `gt.0.5`: the operator has no dot, so the rest is the number. */
function numeric(field: NumberField, value: string, factor: number): Condition | undefined {
  const [operator, text] = splitOnce(value);
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? compared(field, operator, number * factor) : undefined;
}

function compared(field: NumberField, operator: string, value: number): Condition | undefined {
  const op = OPERATORS.find((candidate) => candidate === operator);
  return op === undefined ? undefined : { field, op, value };
}

function named(type: string, value: string): Condition {
  // One name, or several as a list.
  return { all: [hasType(type), { field: 'name', in: [...new Set([value, ...listOf(value)])] }] };
}

function hasTag(tag: string): Condition {
  const is = (isGiven: string): Condition => ({ metadata: tagAnnotation(tag), equals: isGiven });
  return { any: [is('true'), { all: [{ tag }, { not: is('false') }] }] };
}

/** `{"thumb":"up"}`; a null, or an empty text, asks whether there is any. */
function feedbackCondition(text: string): readonly Condition[] {
  const wanted = parsed(text);
  if (!isObject(wanted)) return [];
  return Object.entries(wanted).map(([name, value]): Condition => {
    if (value === null) return { not: { feedback: name } };
    return value === '' || value === undefined ? { feedback: name } : { feedback: name, equals: shownAs(value) ?? '' };
  });
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function shownAs(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
