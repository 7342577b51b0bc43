/** Looking for spans of a trace: by what they are called, by kind, and those that failed. */

import type { OutlineSpan } from './outline.ts';
import type { TraceTree, TreeNode } from './tree.ts';

export interface LookFor {
  /** In name, model, agent, error and id, in any case. */
  readonly text: string;
  /** Empty: of any kind. */
  readonly kinds: readonly string[];
  readonly isFailedOnly: boolean;
}

/** How a span without a kind is called among the kinds. */
const NO_KIND = 'span';

export function kindOf(span: OutlineSpan): string {
  return span.kind ?? NO_KIND;
}

/** `undefined` when nothing is looked for. */
export function findIn(tree: TraceTree, { text, kinds, isFailedOnly }: LookFor): ReadonlySet<TreeNode> | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === '' && kinds.length === 0 && !isFailedOnly) return undefined;
  const ofKind = new Set(kinds);
  return new Set(
    tree.nodes.filter(
      ({ span }) =>
        (!isFailedOnly || span.status === 'error') &&
        (ofKind.size === 0 || ofKind.has(kindOf(span))) &&
        (wanted === '' || says(span, wanted)),
    ),
  );
}

function says(span: OutlineSpan, wanted: string): boolean {
  const { name, model, agentName, spanId, error } = span;
  return [name, model, agentName, spanId, error?.type, error?.message].some(
    (text) => typeof text === 'string' && text.toLowerCase().includes(wanted),
  );
}

/** Each kind with how many spans have it, the most frequent first. */
export function kindsIn(tree: TraceTree): readonly (readonly [kind: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { span } of tree.nodes) counts.set(kindOf(span), (counts.get(kindOf(span)) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
