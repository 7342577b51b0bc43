/** Executions as Vellum's Workflows SDK emits them: each event names the whole chain of its parents. */

import { derivedUuid } from '../canonical/ids.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { Random } from './random.ts';
import { type DemoRequest, post } from './request.ts';
import { iso } from './timeline.ts';

export interface Execution {
  readonly kind: 'workflow' | 'node';
  readonly spanId: string;
  readonly name: string;
  readonly startMs: number;
  /** Absent while it runs. */
  readonly endMs?: number;
  readonly inputs: JsonObject;
  readonly outputs?: JsonObject;
  readonly error?: { readonly message: string; readonly code: string; readonly stacktrace?: string };
  /** What it waits for. */
  readonly pausedFor?: { readonly name: string; readonly prompt: string };
  /** Lines that the node logged. */
  readonly logs?: readonly string[];
  readonly children?: readonly Execution[];
}

export interface Launch {
  /** Groups executions; the dashboard's session. */
  readonly sessionId: string;
  readonly deployment: string;
  readonly releaseTag: string;
  readonly actor: string;
  readonly environment: string;
}

export function execution(random: Random, root: Execution, launch: Launch): DemoRequest {
  const events = eventsOf(root, launchContext(random, launch), launch.sessionId);
  const inOrder = events.toSorted((left, right) => (String(left.timestamp) < String(right.timestamp) ? -1 : 1));
  return post('vellum', '/monitoring/v1/events', inOrder);
}

function launchContext(random: Random, { deployment, releaseTag, actor, environment }: Launch): JsonObject {
  return {
    type: 'WORKFLOW_RELEASE_TAG',
    span_id: random.uuid(),
    deployment_id: derivedUuid('demo', 'deployment', deployment),
    deployment_name: deployment,
    deployment_history_item_id: derivedUuid('demo', 'history', deployment, releaseTag),
    release_tag_id: derivedUuid('demo', 'tag', deployment, releaseTag),
    release_tag_name: releaseTag,
    external_id: null,
    metadata: { environment },
    workflow_version_id: derivedUuid('demo', 'version', deployment, releaseTag),
    parent: {
      type: 'API_REQUEST',
      span_id: random.uuid(),
      api_actor_id: derivedUuid('demo', 'actor', actor),
      api_actor_type: 'WORKSPACE_API_KEY',
      api_actor_label: actor,
    },
  };
}

function eventsOf(span: Execution, parent: JsonObject, sessionId: string): JsonObject[] {
  const { kind, spanId, name, startMs, endMs, inputs, outputs, error, pausedFor, logs, children = [] } = span;
  const definition = definitionOf(kind, name);
  const named = kind === 'workflow' ? { workflow_definition: definition } : { node_definition: definition };
  const event = (phase: string, atMs: number, body: JsonObject): JsonObject => ({
    ...{
      id: derivedUuid('demo', spanId, phase, JSON.stringify(body)),
      timestamp: iso(atMs),
      api_version: '2024-10-25',
      trace_id: sessionId,
      span_id: spanId,
    },
    ...(phase === 'log' ? {} : { parent }),
    ...{ name: `${kind}.execution.${phase}`, body: { ...named, ...body } },
  });
  const context = { type: kind === 'workflow' ? 'WORKFLOW' : 'WORKFLOW_NODE', span_id: spanId, ...named, parent };
  return [
    event('initiated', startMs, kind === 'workflow' ? { inputs, initial_state: null, trigger: null } : { inputs }),
    ...children.flatMap((child) => eventsOf(child, context, sessionId)),
    ...(logs ?? []).map((message, index) =>
      event('log', startMs + 1 + index, { severity: 'INFO', message, attributes: {} }),
    ),
    ...(pausedFor === undefined || endMs === undefined ? [] : [event('paused', endMs, pausedBody(kind, pausedFor))]),
    ...(error === undefined || endMs === undefined ? [] : [event('rejected', endMs, rejectedBody(error))]),
    ...(outputs === undefined || endMs === undefined
      ? []
      : [event('fulfilled', endMs, { outputs, ...(kind === 'node' ? { invoked_ports: [] } : {}) })]),
  ];
}

function pausedBody(kind: string, { name, prompt }: { readonly name: string; readonly prompt: string }): JsonObject {
  return kind === 'workflow' ? { external_inputs: [{ inputs_class: 'ApprovalInputs', name, prompt }] } : {};
}

function rejectedBody({
  message,
  code,
  stacktrace,
}: {
  message: string;
  code: string;
  stacktrace?: string;
}): JsonObject {
  return {
    error: { message, code, raw_data: null, stacktrace: null },
    ...(stacktrace === undefined ? {} : { stacktrace }),
  };
}

function definitionOf(kind: 'workflow' | 'node', name: string): JsonObject {
  const definition = {
    id: derivedUuid('demo', kind, name),
    name,
    module: ['larkfell', 'workflows', snake(name), kind],
  };
  return kind === 'workflow' ? definition : { ...definition, exclude_from_monitoring: false };
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
