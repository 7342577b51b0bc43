/** Counts what clients did not report, for model calls that have ended, and tells what is new. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProjectId } from '../canonical/ids.ts';
import { usageOfCounts } from '../canonical/usage.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf } from '../store/trace-aliases.ts';
import { type CallContent, countCall } from './count-call.ts';
import type { CountedTuple, StoredSpan } from './stored-span.ts';
import type { Tokenizers } from './tokenizer.ts';
import { isModelCall } from './usage-of-trace.ts';

/** Texts that are held at once. A span alone may have more. */
const CONTENT_BYTES_MAX = 16 * 1024 * 1024;
const CONTENT_SPANS_MAX = 500;

export interface Sides {
  readonly input: boolean;
  readonly output: boolean;
}

/** A side that follows from the reported total is not counted: the parts would not add up to it. */
export function sidesToCount({ kind, hasTokens, counts }: Pick<StoredSpan, 'kind' | 'hasTokens' | 'counts'>): Sides {
  if (!isModelCall(kind)) return { input: false, output: false };
  const { input, output, total } = hasTokens ? usageOfCounts(counts) : {};
  return {
    input: input === undefined && total === undefined,
    output: kind === 'llm' && output === undefined && !(total !== undefined && input !== undefined),
  };
}

interface SizeRow {
  readonly root: string;
  readonly spanId: string;
  readonly bytes: number;
}

interface ContentRow extends CallContent {
  readonly status: string;
  readonly root: string;
  readonly spanId: string;
}

const register = (name: string) => `tupleElement(max(spans.${name}), 3)`;
const FROM = `FROM tributary.spans AS spans
  WHERE project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)} AND span_id IN {spanIds:Array(String)}
    AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY root, spanId`;
const ROOT = `transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS root, span_id AS spanId`;
/** A call that runs is counted when it ends; what it got already is as good as an end. */
const SIZES = `SELECT ${ROOT}, length(${register('input')}) + length(${register('output')}) + length(${register('params')}) AS bytes
  ${FROM} HAVING ${register('status')} IN ('ok', 'error') OR max(tupleElement(spans.output, 1)) > 0 ORDER BY root, spanId`;
const CONTENTS = `SELECT ${ROOT}, ${['kind', 'status', 'model', 'input', 'output', 'params'].map((name) => `${register(name)} AS ${name}`).join(', ')} ${FROM}`;

export class SpanCounter {
  readonly #store: StoreReader;
  readonly #tokenizers: Tokenizers;

  constructor(store: StoreReader, tokenizers: Tokenizers) {
    this.#store = store;
    this.#tokenizers = tokenizers;
  }

  /** The tuples of those of `spans` that have other ones than before. */
  async count(
    project: ProjectId,
    spans: readonly StoredSpan[],
    rootOf: ReadonlyMap<string, string>,
    position: number,
  ): Promise<Map<StoredSpan, CountedTuple>> {
    const changed = new Map<StoredSpan, CountedTuple>();
    const wanted = new Map<string, StoredSpan>();
    for (const span of spans) {
      const sides = sidesToCount(span);
      if (sides.input || sides.output) wanted.set(keyOf(span), span);
      // Something said later that it is no call after all, or how much it used.
      else put(changed, span, NOT_COUNTED, position);
    }
    for await (const row of this.#contents(project, [...wanted.values()], rootOf)) {
      const span = wanted.get(keyOf(row));
      if (span === undefined) continue;
      const sides = sidesToCount(span);
      const found = await countCall(row, sides, this.#tokenizers);
      // Most failed calls were refused before the model read anything, and those cost nothing. Only an answer tells more.
      const isRefused = row.status === 'error' && sides.output && found.output <= 0;
      put(changed, span, isRefused ? NOT_COUNTED : found, position);
      await nextTurn();
    }
    return changed;
  }

  async *#contents(
    project: ProjectId,
    spans: readonly StoredSpan[],
    rootOf: ReadonlyMap<string, string>,
  ): AsyncGenerator<ContentRow> {
    if (spans.length === 0) return;
    const roots = new Set(spans.map((span) => span.root));
    const members = [...rootOf].filter(([, root]) => roots.has(root));
    const params = {
      project,
      ids: [...new Set(members.map(([key]) => idOf(key)))],
      members: members.map(([key]) => key),
      roots: members.map(([, root]) => root),
    };
    const sizes = await this.#store.select<SizeRow>(SIZES, { ...params, spanIds: idsOf(spans) });
    const known = new Set(spans.map(keyOf));
    for (const page of pages(sizes.filter((row) => known.has(keyOf(row))))) {
      const asked = new Set(page.map(keyOf));
      const rows = await this.#store.select<ContentRow>(CONTENTS, { ...params, spanIds: idsOf(page) });
      yield* rows.filter((row) => asked.has(keyOf(row)));
    }
  }
}

const NOT_COUNTED = { input: -1, output: -1, isEstimate: false };

function put(
  changed: Map<StoredSpan, CountedTuple>,
  span: StoredSpan,
  found: { readonly input: number; readonly output: number; readonly isEstimate: boolean },
  position: number,
): void {
  const [revision, input, output, isEstimate] = span.counted[0] === 0 ? [0, -1, -1, 0] : span.counted;
  if (found.input === input && found.output === output && Number(found.isEstimate) === isEstimate) return;
  // A later finding wins, also one that was made before the next batch was stored.
  changed.set(span, [Math.max(position, revision + 1), found.input, found.output, Number(found.isEstimate)]);
}

function keyOf({ root, spanId }: { readonly root: string; readonly spanId: string }): string {
  return `${root.length}:${root}${spanId}`;
}

function idsOf(spans: readonly { readonly spanId: string }[]): string[] {
  return [...new Set(spans.map((span) => span.spanId))];
}

/** In pieces that fit into memory together. */
function pages(rows: readonly SizeRow[]): SizeRow[][] {
  const all: SizeRow[][] = [];
  let page: SizeRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (page.length > 0 && (bytes + row.bytes > CONTENT_BYTES_MAX || page.length === CONTENT_SPANS_MAX)) {
      all.push(page);
      page = [];
      bytes = 0;
    }
    page.push(row);
    bytes += row.bytes;
  }
  if (page.length > 0) all.push(page);
  return all;
}
