/**
 * A trace as a graph that can be read: spans of one kind and name below one parent are one node ("search ×64"), so a loop
 * of a thousand steps is a handful of nodes.
 */

import { sumOf, type TraceTree, type TreeNode } from './tree.ts';

/** What a graph shows at most; laying out more takes longer than anybody waits, and nobody reads it. */
const GRAPH_NODES_MAX = 300;

export interface GraphNode {
  readonly id: string;
  readonly kind: string | null;
  readonly name: string | null;
  /** Spans in the order of the tree; never empty. */
  readonly spans: readonly TreeNode[];
  readonly errorCount: number;
  readonly isRunning: boolean;
  /** Of those that are known, together. */
  readonly durationMs: number | null;
  readonly costUsd: number | null;
  /** Further spans below it that have no node of their own. */
  readonly moreBelow: number;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** How many spans of `to` stand below spans of `from`. */
  readonly count: number;
}

/** `recursion`: a span that calls its own like is in their node; `bounded`: what is deep or late has no node of its own. */
export type Folding = 'names' | 'recursion' | 'bounded';

export interface TraceGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly folding: Folding;
  /** Spans without a node. */
  readonly leftOut: number;
  readonly nodeOf: ReadonlyMap<string, string>;
}

export function foldTrace(tree: TraceTree, nodesMax = GRAPH_NODES_MAX): TraceGraph {
  const byNames = group(tree, { joinsRecursion: false, groupsMax: nodesMax });
  if (byNames.left === 0) return graphOf(byNames.groups, 'names', 0);
  const joined = group(tree, { joinsRecursion: true, groupsMax: nodesMax });
  return graphOf(joined.groups, joined.left === 0 ? 'recursion' : 'bounded', joined.left);
}

interface Group {
  readonly id: string;
  readonly parent: Group | undefined;
  readonly kind: string | null;
  readonly name: string | null;
  readonly spans: TreeNode[];
  /** How many of its spans stand below spans of the parent, and not below one of its own. */
  fromParent: number;
  moreBelow: number;
}

interface Bounds {
  readonly joinsRecursion: boolean;
  readonly groupsMax: number;
}

/** Level by level, so that a bound cuts what is deepest. `left`: how many spans got no node. */
function group({ roots, nodes }: TraceTree, { joinsRecursion, groupsMax }: Bounds): { groups: Group[]; left: number } {
  const groups: Group[] = [];
  const keyed = new Map<string, Group>();
  const groupOf = new Map<TreeNode, Group>();
  const queue: TreeNode[] = [...roots];
  let seen = 0;
  // The list grows while it is walked.
  for (const node of queue) {
    const above = node.parent === undefined ? undefined : groupOf.get(node.parent);
    const isOwnLike = joinsRecursion && above !== undefined && isLike(above, node);
    const found = isOwnLike ? above : groupAt(node, above, groups, keyed, groupsMax);
    if (found === undefined) {
      if (above !== undefined) above.moreBelow += node.below.spanCount;
      continue;
    }
    if (!isOwnLike) found.fromParent += 1;
    found.spans.push(node);
    groupOf.set(node, found);
    seen += 1;
    for (const child of node.children) queue.push(child);
  }
  return { groups, left: nodes.length - seen };
}

function isLike(group: Group, { span }: TreeNode): boolean {
  return group.kind === span.kind && group.name === span.name;
}

/** `undefined` when there is no room for another one. */
function groupAt(
  { span: { kind, name } }: TreeNode,
  parent: Group | undefined,
  groups: Group[],
  keyed: Map<string, Group>,
  groupsMax: number,
): Group | undefined {
  const key = JSON.stringify([parent?.id ?? null, kind, name]);
  const known = keyed.get(key);
  if (known !== undefined || groups.length >= groupsMax) return known;
  const made: Group = { id: String(groups.length), parent, kind, name, spans: [], fromParent: 0, moreBelow: 0 };
  groups.push(made);
  keyed.set(key, made);
  return made;
}

function graphOf(groups: readonly Group[], folding: Folding, leftOut: number): TraceGraph {
  const nodes = groups.map(({ id, kind, name, spans, moreBelow }): GraphNode => {
    const ordered = spans.sort((a, b) => a.index - b.index);
    return {
      ...{ id, kind, name, spans: ordered, moreBelow },
      errorCount: ordered.filter(({ span }) => span.status === 'error').length,
      isRunning: ordered.some(({ span }) => span.status === 'running'),
      durationMs: ordered.reduce<number | null>((sum, { span }) => sumOf(sum, span.durationMs), null),
      costUsd: ordered.reduce<number | null>(
        (sum, { span }) => sumOf(sum, span.countsInTotals ? span.costUsd : null),
        null,
      ),
    };
  });
  const edges = groups.flatMap(({ id, parent, fromParent }) =>
    parent === undefined ? [] : [{ from: parent.id, to: id, count: fromParent }],
  );
  const nodeOf = new Map(nodes.flatMap(({ id, spans }) => spans.map(({ span }) => [span.spanId, id] as const)));
  return { nodes, edges, folding, leftOut, nodeOf };
}

/** What a click on a node leads to: what failed first, else what came first. */
export function foremostSpan({ spans }: GraphNode): TreeNode | undefined {
  return spans.find(({ span }) => span.status === 'error') ?? spans[0];
}
