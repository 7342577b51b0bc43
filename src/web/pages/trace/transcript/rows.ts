/**
 * A trace as lines of a script, from its outline alone: agents and workflows open and close around what happens in them,
 * everything else is a turn (messages), a message, or a step (data in, data out).
 */

import { isModelCall } from '../../../messages/read-span.ts';
import type { OutlineSpan, TraceSummary } from '../model/outline.ts';
import { buildTree, type TreeNode } from '../model/tree.ts';

export type RowKind = 'open' | 'close' | 'turn' | 'message' | 'step';

export interface SpanRow {
  readonly kind: RowKind;
  readonly key: string;
  readonly trace: TraceSummary;
  readonly span: OutlineSpan;
  /** How many agents and workflows are around it. */
  readonly depth: number;
  /** The innermost of these, `''` at the root. Histories are compared within one. */
  readonly scopeId: string;
  /** Of the row's own agent, and those around it, outermost first. */
  readonly speakers: readonly string[];
}

const SCOPES = new Set(['agent', 'workflow']);
const SCOPES_WITH_CHILDREN = new Set(['chain', 'node']);
const STEPS = new Set(['tool', 'retriever', 'embedding', 'event', 'node']);

interface Around {
  readonly depth: number;
  readonly scopeId: string;
  readonly speakers: readonly string[];
}

export function traceKey({ dialect, traceId }: Pick<TraceSummary, 'dialect' | 'traceId'>): string {
  return `${dialect}|${traceId}`;
}

/** Without recursion: agents may be nested as deep as a client wants. */
export function spanRows(trace: TraceSummary, spans: readonly OutlineSpan[]): readonly SpanRow[] {
  const { roots } = buildTree(spans);
  const rows: SpanRow[] = [];
  const waiting: ({ readonly node: TreeNode; readonly around: Around } | { readonly close: SpanRow })[] = [];
  const push = (nodes: readonly TreeNode[], around: Around) => {
    for (let index = nodes.length - 1; index >= 0; index -= 1) {
      const node = nodes[index];
      if (node !== undefined) waiting.push({ node, around });
    }
  };
  push(roots, { depth: 0, scopeId: '', speakers: [] });
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('close' in next) {
      rows.push(next.close);
      continue;
    }
    const { node, around } = next;
    const { span, children } = node;
    const kind = kindOf(node);
    const speakers = kind === 'open' ? [...around.speakers.slice(-4), speakerOf(span)] : around.speakers;
    const row = { ...around, kind, trace, span, speakers, key: `${traceKey(trace)}|${span.spanId}` };
    rows.push(row);
    if (kind === 'open') {
      waiting.push({ close: { ...row, kind: 'close', key: `${row.key}|close` } });
      push(children, { depth: around.depth + 1, scopeId: span.spanId, speakers });
    } else push(children, kind === 'step' ? { ...around, depth: around.depth + 1 } : around);
  }
  return rows;
}

function kindOf({ span, children }: TreeNode): RowKind {
  const kind = span.kind ?? '';
  if (children.length > 0 && (SCOPES.has(kind) || SCOPES_WITH_CHILDREN.has(kind))) return 'open';
  if (kind === 'message') return 'message';
  return STEPS.has(kind) && !isModelCall(span) ? 'step' : 'turn';
}

function speakerOf({ name, agentName, kind }: OutlineSpan): string {
  return name ?? agentName ?? kind ?? 'agent';
}
