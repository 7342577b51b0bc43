/** The vendor's types of runs and the kinds of spans that they are. */

import { asText } from '../../canonical/json.ts';
import type { SpanKind } from '../../canonical/span.ts';
import type { Condition, ReadSpan } from '../reader.ts';
import { TYPE_MARK } from './marks.ts';

const KINDS: ReadonlyMap<string, SpanKind> = new Map([
  ['llm', 'llm'],
  ['agent', 'agent'],
  ['tool', 'tool'],
  ['chain', 'chain'],
  ['retriever', 'retriever'],
  ['embed', 'embedding'],
  ['embedding', 'embedding'],
  ['chat', 'message'],
  ['message', 'message'],
  ['thread', 'chain'],
  ['convo', 'chain'],
]);

/** The type of a kind, when nothing else is said. Of spans of kind event, only their own word tells. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['llm', 'llm'],
  ['agent', 'agent'],
  ['tool', 'tool'],
  ['chain', 'chain'],
  ['retriever', 'retriever'],
  ['embedding', 'embed'],
  ['message', 'chat'],
]);

export const THREAD_TYPES: readonly string[] = ['thread', 'convo'];
/** Types that share a kind with another one. */
const MARKED_TYPES: readonly string[] = [...THREAD_TYPES, 'embedding', 'message'];

export function kindOf(type: string | undefined): SpanKind {
  return KINDS.get(type ?? '') ?? 'event';
}

/** The type, where its kind alone would be taken for another one. */
export function markedType(type: string): string | undefined {
  return TYPES.get(kindOf(type)) === type ? undefined : type;
}

/** Null for a run that nobody has said the type of: it has feedback, and nothing else yet. */
export function typeOf(span: ReadSpan): string | null {
  return asText(span.annotations.type) ?? TYPES.get(span.kind ?? '') ?? null;
}

/** As figures name them, which know only kinds. */
export function typeOfKind(kind: string | null): string {
  return TYPES.get(kind ?? '') ?? 'custom-event';
}

/** Spans of a type, threads left out: a thread is more than a span (`threads.ts`). */
export function hasType(type: string): Condition {
  const kind = kindOf(type);
  if (TYPES.get(kind) !== type) return { metadata: TYPE_MARK, equals: type };
  const others = MARKED_TYPES.filter((other) => kindOf(other) === kind);
  const isOther: Condition = { any: others.map((other) => ({ metadata: TYPE_MARK, equals: other })) };
  const hasKind: Condition = { field: 'kind', in: [kind] };
  return others.length === 0 ? hasKind : { all: [hasKind, { not: isOther }] };
}
