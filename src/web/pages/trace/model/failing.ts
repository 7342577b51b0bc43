/** From one failing span to the next, in the order of the tree, around its ends. */

import type { TraceTree, TreeNode } from './tree.ts';

/** `undefined` when nothing failed. From nowhere, the first or the last. */
export function failingFrom(tree: TraceTree, from: TreeNode | undefined, direction: 1 | -1): TreeNode | undefined {
  const failing = tree.nodes.filter(({ span }) => span.status === 'error');
  if (direction === 1) return failing.find(({ index }) => index > (from?.index ?? -1)) ?? failing[0];
  return failing.findLast(({ index }) => index < (from?.index ?? Number.POSITIVE_INFINITY)) ?? failing.at(-1);
}

/** Which of how many it is; 0 when it did not fail. */
export function failingPlace(tree: TraceTree, node: TreeNode | undefined): { place: number; count: number } {
  const failing = tree.nodes.filter(({ span }) => span.status === 'error');
  return { place: node === undefined ? 0 : failing.indexOf(node) + 1, count: failing.length };
}
