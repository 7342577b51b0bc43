/**
 * A dialect's condition on spans as SQL over `joinedSpans`. Values travel as parameters only. Next to the exact condition
 * stand necessary ones on single rows: they narrow the traces that have to be joined before the exact one is asked.
 */

import { storableText } from '../canonical/json.ts';
import type { TextRegister } from '../canonical/span.ts';
import { clampMicros } from '../canonical/time.ts';
import type { Comparison, Condition, NumberField, TextField } from '../dialects/reader.ts';
import { columnOf, wordsOf } from '../store/schema/schema.ts';
import type { QueryParams } from '../store/store.ts';
import { isRoot, type Scope, spanRows } from './joined.ts';

export interface Compiled {
  /** On the columns of `joinedSpans`: spans that match. */
  readonly where: string;
  /** Its FROM, narrowed. */
  readonly scope: Scope;
  /** What `where` needs of it. */
  readonly registers: readonly TextRegister[];
  /** It speaks of tokens or of cost. */
  readonly hasSums: boolean;
  readonly params: QueryParams;
}

/** Where a trace is stored: every key that leads to the root, and the root. */
export interface StoredTraces {
  readonly roots: readonly string[];
  readonly storedIds: readonly string[];
}

export interface ConditionParts {
  /** Of the traces with these ids, guessed or real. */
  readonly traces: ReadonlyMap<string, StoredTraces>;
  /** The scope, of traces with a row like each of these alone. */
  readonly narrowed: (rows: readonly string[], values: QueryParams) => Promise<Pick<Compiled, 'scope' | 'params'>>;
}

/** Every trace id that the condition names. */
export function namedTraces(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(namedTraces);
  if ('any' in condition) return condition.any.flatMap(namedTraces);
  if ('not' in condition) return namedTraces(condition.not);
  return 'in' in condition && condition.field === 'traceId' ? condition.in.map(storableText) : [];
}

export async function compile(condition: Condition, parts: ConditionParts): Promise<Compiled> {
  const compiler = new Compiler(parts);
  const { scope, params } = await parts.narrowed(compiler.rows(condition), compiler.params);
  const where = compiler.exact(condition, scope);
  return {
    ...{ where, scope, registers: [...compiler.registers], hasSums: compiler.hasSums },
    params: { ...params, ...compiler.params },
  };
}

export function textExpression(field: TextField): string {
  if (field === 'traceId') return `substring(trace_key, position(trace_key, '|') + 1)`;
  if (field === 'spanId') return 'span_id';
  return columnOf(field);
}

const NUMBERS: Readonly<Record<NumberField, string>> = {
  start: 'first',
  durationMs: 'duration / 1000',
  costUsd: 'toFloat64(cost_pico) / 1e12',
  inputTokens: 'tokens_input',
  outputTokens: 'tokens_output',
  totalTokens: 'tokens_total',
};
export function numberExpression(field: NumberField): string {
  return NUMBERS[field];
}

/** `joinedSpans` has it only with sums. */
export function isSummed(field: NumberField): boolean {
  return field !== 'start' && field !== 'durationMs';
}

const OPERATORS: Readonly<Record<Comparison, string>> = { eq: '=', neq: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** States that a span is also shown in when none of its rows says so. */
const IMPLIED: readonly string[] = ['running', 'unknown'];

class Compiler {
  readonly params: Record<string, string | number | readonly string[]> = {};
  readonly registers = new Set<TextRegister>();
  hasSums = false;
  readonly #parts: ConditionParts;
  #names = 0;

  constructor(parts: ConditionParts) {
    this.#parts = parts;
  }

  exact(condition: Condition, scope: Scope): string {
    if ('all' in condition) return joined(condition.all, ' AND ', '1', (part) => this.exact(part, scope));
    if ('any' in condition) return joined(condition.any, ' OR ', '0', (part) => this.exact(part, scope));
    if ('not' in condition) return `NOT (${this.exact(condition.not, scope)})`;
    if ('in' in condition) return this.#oneOf(condition.field, condition.in);
    if ('op' in condition) return this.#compare(condition.field, condition.op, condition.value);
    if ('words' in condition) return this.#hasWords(condition.words);
    if ('isRoot' in condition) return this.#isRoot(condition.isRoot, scope);
    return `(trace_key, span_id) IN (${this.#spansWith(condition, scope)})`;
  }

  /** Conditions on rows, each of which some row of a matching span's trace fulfils. */
  rows(condition: Condition): string[] {
    if ('all' in condition) return condition.all.flatMap((part) => this.rows(part));
    if ('any' in condition) {
      const parts = condition.any.map((part) => this.rows(part));
      const alternatives = parts.flatMap(([first]) => (first === undefined ? [] : [first]));
      // One part that says nothing about rows, and any row may be of a match.
      return parts.length === 0 || alternatives.length < parts.length ? [] : [`(${alternatives.join(' OR ')})`];
    }
    if ('in' in condition) return this.#rowsWithText(condition.field, condition.in);
    if ('op' in condition) return this.#rowsWithStart(condition);
    if ('words' in condition) return this.#rowsWithWords(condition.words);
    if ('tag' in condition) return [`has(tags, ${this.#text(condition.tag)})`];
    if ('metadata' in condition) return ['notEmpty(metadata)'];
    return 'feedback' in condition ? ['notEmpty(feedback)'] : [];
  }

  #rowsWithText(field: TextField, values: readonly string[]): string[] {
    if (values.length === 0) return [];
    if (field === 'traceId') {
      const ids = values.flatMap((id) => this.#parts.traces.get(storableText(id))?.storedIds ?? []);
      return ids.length === 0 ? ['0'] : [`trace_id IN ${this.#texts(ids)}`];
    }
    if (field === 'spanId') return [`span_id IN ${this.#texts(values)}`];
    const isImplied = (value: string) => value === '' || (field === 'status' && IMPLIED.includes(value));
    // What a register says, one of its rows says.
    if (values.some(isImplied)) return [];
    return [`tupleElement(${columnOf(field)}, 3) IN ${this.#texts(values)}`];
  }

  /** A span starts where its earliest row does. */
  #rowsWithStart(condition: { field: NumberField; op: Comparison; value: number }): string[] {
    const { field, op, value } = condition;
    if (field !== 'start' || op === 'neq' || !Number.isSafeInteger(value) || clampMicros(value) !== value) return [];
    return [`start_time ${OPERATORS[op]} fromUnixTimestamp64Micro({${this.#add(value)}:Int64})`];
  }

  #rowsWithWords(text: string): string[] {
    const words = wordsIn(text);
    if (words.length === 0) return [];
    const list = this.#texts(words);
    return [`(hasAllTokens(${wordsOf('input')}, ${list}) OR hasAllTokens(${wordsOf('output')}, ${list}))`];
  }

  #oneOf(field: TextField, values: readonly string[]): string {
    if (values.length === 0) return '0';
    if (field === 'traceId') {
      const keys = values.flatMap((id) => this.#parts.traces.get(storableText(id))?.roots ?? []);
      return keys.length === 0 ? '0' : `trace_key IN ${this.#texts(keys)}`;
    }
    if (field !== 'spanId') this.registers.add(field);
    return `${textExpression(field)} IN ${this.#texts(values)}`;
  }

  #compare(field: NumberField, op: Comparison, value: number): string {
    if (Number.isNaN(value)) return '0';
    this.hasSums ||= isSummed(field);
    const finite = Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
    return `ifNull(${numberExpression(field)} ${OPERATORS[op]} {${this.#add(finite)}:Float64}, 0)`;
  }

  #hasWords(text: string): string {
    const words = wordsIn(text);
    if (words.length === 0) return '1';
    this.registers.add('input').add('output');
    const list = this.#texts(words);
    // `wordsOf` is about a register of the table; here it has been taken out of its tuple. The space keeps the engine from
    // using the index for joined rows, which it answers with an error (code 10) when a merged part has none of the words.
    const shown = (name: 'input' | 'output') =>
      wordsOf(name).replace(`tupleElement(${name}, 3)`, `concat(${name}, ' ')`);
    return `(hasAllTokens(${shown('input')}, ${list}) OR hasAllTokens(${shown('output')}, ${list}))`;
  }

  #isRoot(asked: boolean, scope: Scope): string {
    this.registers.add('parentSpanId');
    return asked ? isRoot(scope) : `NOT ${isRoot(scope)}`;
  }

  #spansWith(
    condition: Extract<Condition, { tag: string } | { metadata: string } | { feedback: string }>,
    scope: Scope,
  ) {
    if ('tag' in condition)
      return `SELECT trace_key, span_id FROM (${spanRows(scope, [], `has(tags, ${this.#text(condition.tag)})`)})`;
    if ('metadata' in condition)
      return patched(scope, 'metadata', this.#metadataIs(this.#text(condition.metadata), this.#text(condition.equals)));
    const equals = condition.equals === undefined ? undefined : this.#text(condition.equals);
    return patched(scope, 'feedback', this.#feedbackIs(this.#text(condition.feedback), equals));
  }

  /** The last patch that has the member says what it is, as span-body.ts merges them. */
  #metadataIs(key: string, equals: string): string {
    return `JSONHas(arrayLast(json -> JSONHas(json, ${key}), patches) AS said, ${key}) AND ${textOfMember('said', key)} = ${equals}`;
  }

  /** A patch that overwrites forgets the members that it does not have; null clears one. */
  #feedbackIs(key: string, equals: string | undefined): string {
    const path = `'feedback', ${key}`;
    const last = `arrayLast(json -> JSONHas(json, ${path}) OR JSONExtractBool(json, 'overwrite'), patches) AS said`;
    const isSet = `JSONType(${last}, ${path}) != 'Null'`;
    return equals === undefined ? isSet : `${isSet} AND ${textOfMember('said', path)} = ${equals}`;
  }

  #add(value: string | number | readonly string[]): string {
    this.#names += 1;
    const name = `c${this.#names}`;
    this.params[name] = value;
    return name;
  }

  #text(value: string): string {
    return `{${this.#add(storableText(value))}:String}`;
  }

  #texts(values: readonly string[]): string {
    return `{${this.#add(values.map(storableText))}:Array(String)}`;
  }
}

function joined(
  parts: readonly Condition[],
  operator: string,
  none: string,
  toSql: (part: Condition) => string,
): string {
  return parts.length === 0 ? none : `(${parts.map(toSql).join(operator)})`;
}

/** As the store's tokenizer splits a text (schema.ts, `wordsOf`). */
function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Spans whose patches, sorted as they are merged, fulfil `condition`. */
function patched(scope: Scope, column: 'metadata' | 'feedback', condition: string): string {
  return `SELECT trace_key, span_id FROM (
      SELECT trace_key, span_id, arrayMap(patch -> ${wellFormed('tupleElement(patch, 3)')}, arraySort(groupUniqArrayArray(${column}))) AS patches
      FROM (${spanRows(scope, [column], `notEmpty(${column})`)}) GROUP BY trace_key, span_id
    ) WHERE ${condition}`;
}

/**
 * The engine's JSON functions find nothing at all in a text with half an emoji in it. It is read as `storableText` writes
 * it, its escape as text.
 */
export function wellFormed(json: string): string {
  return `if(isValidJSON(${json}), ${json}, replaceRegexpAll(${json}, '\\\\\\\\(u[dD][89a-fA-F][0-9a-fA-F]{2})', '\\\\\\\\\\\\\\\\\\\\1'))`;
}

/** A string without its quotes, anything else as JSON text. */
function textOfMember(json: string, path: string): string {
  return `if(JSONType(${json}, ${path}) = 'String', JSONExtractString(${json}, ${path}), JSONExtractRaw(${json}, ${path}))`;
}
