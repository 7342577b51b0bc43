/** The rows of a tree as they are shown: without what is below closed spans, or only what was looked for and the way there. */

import type { Closed } from './expansion.ts';
import type { TraceTree, TreeNode } from './tree.ts';

export interface Row {
  readonly node: TreeNode;
  /** `undefined`: there is nothing below it to show. */
  readonly isOpen: boolean | undefined;
  /** It is here for what is below it, not because it was looked for. */
  readonly isOnTheWay: boolean;
  /** Among the siblings that are shown; 1 for the first. */
  readonly place: number;
  readonly siblingCount: number;
}

/** `found`: what was looked for, or `undefined` when nobody looks for anything. */
export function visibleRows(tree: TraceTree, closed: Closed, found?: ReadonlySet<TreeNode>): readonly Row[] {
  return found === undefined ? openRows(tree, closed) : foundRows(tree, closed, found);
}

function openRows({ nodes }: TraceTree, closed: Closed): readonly Row[] {
  const rows: Row[] = [];
  for (let node = nodes[0]; node !== undefined; ) {
    const isClosed = closed.has(node.span.spanId);
    const isOpen = node.children.length === 0 ? undefined : !isClosed;
    rows.push({ node, isOpen, isOnTheWay: false, place: node.place, siblingCount: node.siblingCount });
    node = nodes[isClosed ? node.endIndex : node.index + 1];
  }
  return rows;
}

function foundRows({ nodes, roots }: TraceTree, closed: Closed, found: ReadonlySet<TreeNode>): readonly Row[] {
  const kept = new Set<TreeNode>();
  for (const node of found)
    for (let one: TreeNode | undefined = node; one !== undefined && !kept.has(one); one = one.parent) kept.add(one);
  // Of each parent: how many of its children are kept, and how many of them have been passed.
  const counts = new Map<TreeNode | undefined, number>();
  const keptBelow = (parent: TreeNode | undefined) => {
    const known = counts.get(parent);
    if (known !== undefined) return known;
    const count = (parent?.children ?? roots).filter((child) => kept.has(child)).length;
    counts.set(parent, count);
    return count;
  };
  const passed = new Map<TreeNode | undefined, number>();
  const rows: Row[] = [];
  for (let node = nodes[0]; node !== undefined; ) {
    if (!kept.has(node)) {
      node = nodes[node.endIndex];
      continue;
    }
    const place = (passed.get(node.parent) ?? 0) + 1;
    passed.set(node.parent, place);
    const isClosed = closed.has(node.span.spanId);
    rows.push({
      ...{ node, place, siblingCount: keptBelow(node.parent) },
      isOpen: keptBelow(node) === 0 ? undefined : !isClosed,
      isOnTheWay: !found.has(node),
    });
    node = nodes[isClosed ? node.endIndex : node.index + 1];
  }
  return rows;
}
