/** Which spans of a tree are closed: by hand, by level, and at first. What is not named is open, so what comes later shows. */

import { ancestorsOf, type TraceTree, type TreeNode } from './tree.ts';

export type Closed = ReadonlySet<string>;

/** A trace of so many spans is opened whole; of a larger one as many levels as give about so many rows. */
const OPEN_ROWS_MAX = 200;
/** So many failing spans have their path opened at first; `e` leads to the others. */
const OPEN_ERRORS_MAX = 50;

export function closedBelowLevel(tree: TraceTree, level: number): Closed {
  return new Set(
    tree.nodes.filter(({ depth, children }) => depth >= level && children.length > 0).map(({ span }) => span.spanId),
  );
}

/** At first: small traces are open, large ones by level, and the ways to what failed can be seen. */
export function closedAtFirst(tree: TraceTree): Closed {
  if (tree.nodes.length <= OPEN_ROWS_MAX) return new Set();
  const failing = tree.nodes.filter(({ span }) => span.status === 'error').slice(0, OPEN_ERRORS_MAX);
  return failing.reduce<Closed>((closed, node) => openTo(closed, node), closedBelowLevel(tree, levelOf(tree)));
}

/** The deepest level that keeps the rows within bounds; the first level is always open. */
function levelOf({ nodes }: TraceTree): number {
  const perLevel: number[] = [];
  for (const { depth } of nodes) perLevel[depth] = (perLevel[depth] ?? 0) + 1;
  let rows = (perLevel[0] ?? 0) + (perLevel[1] ?? 0);
  let level = 1;
  while (level + 1 < perLevel.length) {
    rows += perLevel[level + 1] ?? 0;
    if (rows > OPEN_ROWS_MAX) break;
    level += 1;
  }
  return level;
}

/** With all that is above the span open. The same set if it was open already. */
export function openTo(closed: Closed, node: TreeNode): Closed {
  const above = ancestorsOf(node).filter(({ span }) => closed.has(span.spanId));
  return above.length === 0 ? closed : without(closed, above);
}

export function toggled(closed: Closed, node: TreeNode): Closed {
  return closed.has(node.span.spanId) ? without(closed, [node]) : new Set([...closed, node.span.spanId]);
}

/** `*` of a tree: the siblings of the span open. */
export function openSiblings(closed: Closed, tree: TraceTree, node: TreeNode): Closed {
  return without(closed, node.parent?.children ?? tree.roots);
}

function without(closed: Closed, nodes: readonly TreeNode[]): Closed {
  const next = new Set(closed);
  for (const { span } of nodes) next.delete(span.spanId);
  return next;
}
