/**
 * The `parent` chain of an event, innermost first, and what it says about the tree (`protocols/vellum.md` 8.2 and 9).
 *
 * Only WORKFLOW and WORKFLOW_NODE are spans. Every other context (EXTERNAL, API_REQUEST, a release tag, a sandbox, a
 * trigger, a type that does not exist yet) tells how an execution was launched and never sends an event of its own.
 *
 * Invariant: the trace is the outermost span of the chain. Each ancestor's own chain is the rest of this one, so all
 * spans of a tree name the same trace, and nobody waits for a parent.
 */

import { asObject, asText, field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { Problem } from '../../canonical/outcome.ts';
import { nestingDepthMax } from '../../limits.ts';

export interface Lineage {
  /** The nearest ancestor that is a span. */
  readonly parentSpanId?: string;
  /** The outermost span of the chain, or the event's own when no ancestor is a span. Absent when the chain says nothing. */
  readonly traceId?: string;
  /** Definition of the outermost workflow above this span; empty when its context carries none. */
  readonly rootWorkflow?: JsonObject;
  /** Contexts between this span and its parent span, innermost first: how this very execution was launched. */
  readonly launch: readonly JsonObject[];
  /** The release tag that the outermost workflow ran under. */
  readonly releaseTag?: JsonObject;
  /** The outermost API request that names an actor. */
  readonly actor?: string;
}

const UNTOLD: Lineage = { launch: [] };

/** Contexts from the nearest to the outermost; stops at the first value that is no object. */
function* parentChain(event: JsonObject): Generator<JsonObject> {
  let context = asObject(field(event, 'parent'));
  for (let depth = 0; context !== undefined && depth < nestingDepthMax; depth += 1) {
    yield context;
    context = asObject(field(context, 'parent'));
  }
}

export function isSpanContext(context: JsonObject): boolean {
  const type = field(context, 'type');
  return type === 'WORKFLOW' || type === 'WORKFLOW_NODE';
}

/**
 * A chain that leads back to the event's own span (a self-parent, a cycle) is as good as none: the span is then a root,
 * unless another of its events knows better.
 */
export function readLineage(event: JsonObject, spanId: string): Lineage {
  const launch: JsonObject[] = [];
  const lineage: Draft = { launch };
  for (const context of parentChain(event)) {
    const id = isSpanContext(context) ? asText(field(context, 'span_id')) : undefined;
    if (id === spanId) return UNTOLD;
    if (id !== undefined) {
      lineage.parentSpanId ??= id;
      lineage.traceId = id;
    } else if (lineage.parentSpanId === undefined) launch.push(context);
    lineage.traceId ??= spanId;
    readContext(context, lineage);
  }
  return lineage;
}

type Draft = { -readonly [K in keyof Lineage]: Lineage[K] };

function readContext(context: JsonObject, lineage: Draft): void {
  switch (field(context, 'type')) {
    case 'WORKFLOW':
      lineage.rootWorkflow = asObject(field(context, 'workflow_definition')) ?? {};
      // The tags seen so far belong to workflows further inside.
      delete lineage.releaseTag;
      break;
    case 'WORKFLOW_RELEASE_TAG':
      lineage.releaseTag = context;
      break;
    case 'API_REQUEST': {
      const actor = asText(field(context, 'api_actor_label')) ?? asText(field(context, 'api_actor_id'));
      if (actor !== undefined) lineage.actor = actor;
      break;
    }
  }
}

/**
 * The first link of the chain that would break the tree: not an object, or a span without a usable id. Whatever else a
 * context lacks is forgiven, the launch contexts are only shown.
 */
export function brokenLink(
  event: JsonObject,
  idProblem: (id: JsonValue | undefined) => string | undefined,
): Problem | undefined {
  let path = 'parent';
  let link = field(event, 'parent');
  for (let depth = 0; depth < nestingDepthMax && link !== undefined && link !== null; depth += 1) {
    if (!isObject(link)) return { path, message: 'must be an object or null' };
    if (isSpanContext(link)) {
      const message = idProblem(field(link, 'span_id'));
      if (message !== undefined) return { path: `${path}.span_id`, message };
    }
    link = field(link, 'parent');
    path += '.parent';
  }
  return undefined;
}
