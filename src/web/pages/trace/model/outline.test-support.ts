/** Spans for tests. */

import type { OutlineSpan } from './outline.ts';
import { buildTree, type TraceTree, type TreeNode } from './tree.ts';

const PLAIN: OutlineSpan = {
  ...{ spanId: 's', parentSpanId: null, kind: 'chain', name: 'step', status: 'ok' },
  ...{ startTime: '2026-01-31T09:30:00.000000Z', endTime: '2026-01-31T09:30:01.000000Z', durationMs: 1000 },
  ...{ timeToFirstTokenMs: null, timesAreEstimated: false, model: null, provider: null },
  ...{ hasInput: false, hasOutput: false, error: null, usage: null, costUsd: null, countsInTotals: true },
  ...{ userId: null, sessionId: null, agentName: null, agentVersion: null, environment: null, tags: [], step: null },
};

export function aSpan(members: Partial<OutlineSpan>): OutlineSpan {
  return { ...PLAIN, ...members };
}

interface Shape {
  readonly [id: string]: Shape;
}

/** `{ root: { child: {} } }`; each span is called by its id. */
export function treeOf(shape: Shape, failing: readonly string[] = []): TraceTree {
  const spans: OutlineSpan[] = [];
  const add = (below: Shape, parentSpanId: string | null) => {
    for (const [spanId, children] of Object.entries(below)) {
      spans.push(aSpan({ spanId, name: spanId, parentSpanId, status: failing.includes(spanId) ? 'error' : 'ok' }));
      add(children, spanId);
    }
  };
  add(shape, null);
  return buildTree(spans);
}

export function nodeOf(tree: TraceTree, spanId: string): TreeNode {
  const node = tree.byId.get(spanId);
  if (node === undefined) throw new Error(`no span ${spanId}`);
  return node;
}
