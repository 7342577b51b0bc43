/**
 * The spans of a trace as a tree. Total and without recursion: parents may be missing, name each other in a circle or
 * stand 10 000 deep, and each span is still in it exactly once.
 */

import type { OutlineSpan } from './outline.ts';

/** What is below a span, itself included. */
export interface Below {
  readonly spanCount: number;
  readonly errorCount: number;
  /** `null`: nobody below it said any. Spans that repeat what those below them report are left out. */
  readonly totalTokens: number | null;
  readonly costUsd: number | null;
}

export interface TreeNode {
  readonly span: OutlineSpan;
  readonly parent: TreeNode | undefined;
  /** By start, as the answer has them. */
  readonly children: readonly TreeNode[];
  /** 0 for roots. */
  readonly depth: number;
  /** Its place in `nodes`. */
  readonly index: number;
  /** Of the first node in `nodes` that is not below it. */
  readonly endIndex: number;
  /** 1 for the first of its siblings. */
  readonly place: number;
  readonly siblingCount: number;
  /** It names a parent that is not in the trace. */
  readonly isOrphan: boolean;
  readonly below: Below;
}

export interface TraceTree {
  readonly roots: readonly TreeNode[];
  /** Each before those below it, siblings by start. */
  readonly nodes: readonly TreeNode[];
  readonly byId: ReadonlyMap<string, TreeNode>;
}

type Growing = { -readonly [Name in keyof TreeNode]: TreeNode[Name] };
interface Branch {
  readonly node: Growing;
  readonly children: Growing[];
}

/** `spans` come by start. Of two with one id, the first counts. */
export function buildTree(spans: readonly OutlineSpan[]): TraceTree {
  const known = new Map<string, OutlineSpan>();
  for (const span of spans) if (!known.has(span.spanId)) known.set(span.spanId, span);
  const parents = parentsWithoutCycles(known);
  const branches = new Map<string, Branch>();
  for (const span of known.values()) branches.set(span.spanId, branchOf(span, known));
  const roots: Growing[] = [];
  for (const [spanId, { node }] of branches) {
    const parentId = parents.get(spanId);
    const above = parentId === undefined ? undefined : branches.get(parentId);
    node.parent = above?.node;
    (above?.children ?? roots).push(node);
  }
  const nodes = inOrder(roots, branches);
  sumUp(nodes);
  return { roots, nodes, byId: new Map(nodes.map((node) => [node.span.spanId, node])) };
}

function branchOf(span: OutlineSpan, known: ReadonlyMap<string, OutlineSpan>): Branch {
  const children: Growing[] = [];
  const { usage, costUsd, countsInTotals, parentSpanId } = span;
  const node: Growing = {
    span,
    parent: undefined,
    children,
    depth: 0,
    index: 0,
    endIndex: 0,
    place: 1,
    siblingCount: 1,
    isOrphan: parentSpanId !== null && !known.has(parentSpanId),
    below: {
      spanCount: 1,
      errorCount: span.status === 'error' ? 1 : 0,
      totalTokens: countsInTotals ? (usage?.totalTokens ?? null) : null,
      costUsd: countsInTotals ? costUsd : null,
    },
  };
  return { node, children };
}

/** Known parents; the earliest of a circle has none. Each span is walked over once. */
function parentsWithoutCycles(known: ReadonlyMap<string, OutlineSpan>): Map<string, string> {
  const parents = new Map<string, string>();
  const place = new Map<string, number>();
  for (const { spanId, parentSpanId } of known.values()) {
    place.set(spanId, place.size);
    if (parentSpanId !== null && known.has(parentSpanId)) parents.set(spanId, parentSpanId);
  }
  // In which walk upwards a span was met first: in this one again means a circle, in an earlier one that all above is known.
  const metIn = new Map<string, number>();
  let walk = 0;
  for (const start of known.keys()) {
    walk += 1;
    let current: string | undefined = start;
    while (current !== undefined && !metIn.has(current)) {
      metIn.set(current, walk);
      current = parents.get(current);
    }
    if (current !== undefined && metIn.get(current) === walk) parents.delete(earliestOfCircle(current, parents, place));
  }
  return parents;
}

function earliestOfCircle(
  start: string,
  parents: ReadonlyMap<string, string>,
  place: ReadonlyMap<string, number>,
): string {
  let first = start;
  for (let id = parents.get(start); id !== undefined && id !== start; id = parents.get(id))
    if ((place.get(id) ?? 0) < (place.get(first) ?? 0)) first = id;
  return first;
}

function inOrder(roots: readonly Growing[], branches: ReadonlyMap<string, Branch>): Growing[] {
  const nodes: Growing[] = [];
  const waiting: Growing[] = [];
  const push = (siblings: readonly Growing[], depth: number) => {
    for (let index = siblings.length - 1; index >= 0; index -= 1) {
      const node = siblings[index];
      if (node === undefined) continue;
      node.depth = depth;
      node.place = index + 1;
      node.siblingCount = siblings.length;
      waiting.push(node);
    }
  };
  push(roots, 0);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    node.index = nodes.length;
    nodes.push(node);
    push(branches.get(node.span.spanId)?.children ?? [], node.depth + 1);
  }
  return nodes;
}

/** From the last to the first: whoever is below a node has been there before it. */
function sumUp(nodes: readonly Growing[]): void {
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index];
    if (node === undefined) continue;
    node.endIndex = node.index + node.below.spanCount;
    // Growing: only this file makes nodes, and `below` is theirs alone.
    const above = node.parent as Growing | undefined;
    if (above !== undefined) above.below = together(above.below, node.below);
  }
}

function together(a: Below, b: Below): Below {
  return {
    spanCount: a.spanCount + b.spanCount,
    errorCount: a.errorCount + b.errorCount,
    totalTokens: sumOf(a.totalTokens, b.totalTokens),
    costUsd: sumOf(a.costUsd, b.costUsd),
  };
}

export function sumOf(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}

/** From the root down to the parent of the span. */
export function ancestorsOf(node: TreeNode): readonly TreeNode[] {
  const path: TreeNode[] = [];
  for (let above = node.parent; above !== undefined; above = above.parent) path.push(above);
  return path.reverse();
}
