/** Events of a Vellum workflow, as its SDK would send them. */

import { randomUUID } from 'node:crypto';

export const SUPPORT = { id: 'class-support', name: 'SupportWorkflow', module: ['app', 'workflow'] };
const SEND = { id: 'class-send', name: 'SendWorkflow', module: ['app', 'send'] };
export const node = (name: string, more: object = {}) => ({
  id: `class-${name}`,
  name,
  module: ['app', 'nodes'],
  ...more,
});
const ROUTER = node('Router', { exclude_from_monitoring: true });

const API = {
  type: 'API_REQUEST',
  span_id: 'request',
  api_actor_id: 'actor-1',
  api_actor_type: 'WORKSPACE_API_KEY',
  api_actor_label: 'ada@example.com',
};
const TAG = {
  ...{ type: 'WORKFLOW_RELEASE_TAG', span_id: 'tag', deployment_id: 'd', deployment_name: 'support-prod' },
  ...{ deployment_history_item_id: 'h', release_tag_id: 'r', release_tag_name: 'production' },
  ...{ workflow_version_id: 'v', external_id: null, metadata: { tier: 'gold' }, parent: API },
};
export const inWorkflow = (span_id: string, workflow_definition: object, parent?: object) => ({
  type: 'WORKFLOW',
  span_id,
  workflow_definition,
  ...(parent === undefined ? {} : { parent }),
});
const inNode = (span_id: string, node_definition: object, parent?: object) => ({
  type: 'WORKFLOW_NODE',
  span_id,
  node_definition,
  ...(parent === undefined ? {} : { parent }),
});

interface Sent {
  readonly name: string;
  readonly spanId: string;
  readonly ms: number;
  readonly definition: object;
  readonly parent?: object | null;
  readonly traceId?: string;
  readonly links?: readonly object[];
  readonly body?: object;
}

export const timeAt = (ms: number) => new Date(Date.UTC(2026, 1, 1, 10) + ms);

export function event({ name, spanId, ms, definition, parent, traceId = 'thread', links, body }: Sent): object {
  return {
    ...{ name, id: randomUUID(), timestamp: timeAt(ms).toISOString(), trace_id: traceId, span_id: spanId },
    ...{ api_version: '2024-10-25', parent: parent ?? null, links: links ?? null },
    body: { [`${name.split('.')[0]}_definition`]: definition, ...body },
  };
}

export const W = 'workflow.execution.';
export const N = 'node.execution.';

/** A run with a hidden router around a tool, a retried node and logs. */
export function supportRun(): object[] {
  const root = { spanId: 'root', definition: SUPPORT, parent: TAG };
  const ROOT = inWorkflow('root', SUPPORT, TAG);
  const router = { spanId: 'router', definition: ROUTER, parent: ROOT };
  const lookup = { spanId: 'lookup', definition: node('Lookup'), parent: inNode('router', ROUTER, ROOT) };
  const retry = { spanId: 'retry', definition: node('Send'), parent: ROOT };
  const attempt = (spanId: string) => ({ spanId, definition: SEND, parent: inNode('retry', node('Send'), ROOT) });
  const inner = {
    spanId: 'mail',
    definition: node('Mail'),
    parent: inWorkflow('second', SEND, inNode('retry', node('Send'), ROOT)),
  };
  const answer = { model: 'gpt-4o', usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } };
  const error = { message: 'refused', code: 'NODE_EXECUTION', raw_data: { try: 1 }, stacktrace: null };
  const previous = [{ trace_id: 'earlier', type: 'PREVIOUS_SPAN', span_context: inWorkflow('before', SUPPORT) }];
  const log = (ms: number, message: string) =>
    event({
      ...{ name: `${N}log`, spanId: 'lookup', definition: node('Lookup'), ms },
      body: { severity: 'INFO', message },
    });
  return [
    event({ ...root, name: `${W}initiated`, ms: 0, links: previous, body: { inputs: { order: 7, ask: 'where?' } } }),
    event({ ...router, name: `${N}initiated`, ms: 10, body: { inputs: {} } }),
    event({ ...lookup, name: `${N}initiated`, ms: 20, body: { inputs: { order: 7 } } }),
    ...['first', 'second', 'third'].map((message) => log(30, message)),
    event({ ...lookup, name: `${N}fulfilled`, ms: 40, body: { outputs: { text: 'On its way.', answer } } }),
    event({ ...router, name: `${N}fulfilled`, ms: 50, body: { outputs: {} } }),
    event({ ...root, name: `${W}snapshotted`, ms: 55, body: { state: { meta: { id: 'm' }, seen: 1 } } }),
    event({ ...retry, name: `${N}initiated`, ms: 60, body: { inputs: {} } }),
    event({ ...attempt('first'), name: `${W}initiated`, ms: 70, body: { inputs: {} } }),
    event({ ...attempt('first'), name: `${W}rejected`, ms: 80, body: { error, stacktrace: 'at /home/ada/app.py' } }),
    event({ ...attempt('second'), name: `${W}initiated`, ms: 90, body: { inputs: { to: 'bob' } } }),
    event({ ...inner, name: `${N}initiated`, ms: 91, body: { inputs: {} } }),
    event({ ...inner, name: `${N}fulfilled`, ms: 95, body: { outputs: { sent: true } } }),
    event({ ...attempt('second'), name: `${W}fulfilled`, ms: 100, body: { outputs: { sent: true } } }),
    event({ ...retry, name: `${N}fulfilled`, ms: 110, body: { outputs: { sent: true } } }),
    event({ ...root, name: `${W}fulfilled`, ms: 160, body: { outputs: { sent: true }, final_state: { seen: 2 } } }),
  ];
}
