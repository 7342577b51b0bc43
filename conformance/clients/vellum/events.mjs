// Monitoring events posted with Vellum's npm client: one, a list, one again, and two that must be refused.
// VELLUM_API_KEY and VELLUM_DEFAULT_API_URL say where they go.

import { randomUUID } from 'node:crypto';
import { VellumClient } from 'vellum-ai';

const url = process.env.VELLUM_DEFAULT_API_URL;
const clientOf = (apiKey) => new VellumClient({ apiKey, environment: { default: url, predict: url, documents: url } });
const client = clientOf(process.env.VELLUM_API_KEY);

const trace = { traceId: randomUUID(), spanId: randomUUID() };
const workflowDefinition = { id: randomUUID(), name: 'SupportWorkflow', module: ['app', 'workflow'] };
const nodeDefinition = { id: randomUUID(), name: 'Answer', module: ['app', 'nodes'] };
const nodeSpan = {
  traceId: trace.traceId,
  spanId: randomUUID(),
  parent: {
    type: 'WORKFLOW',
    spanId: trace.spanId,
    workflowDefinition,
    parent: { type: 'API_REQUEST', spanId: randomUUID(), apiActorId: 'actor-1', apiActorLabel: 'ada@example.com' },
  },
};
const started = Date.now();
const event = (span, name, afterMs, body) => ({
  id: randomUUID(),
  timestamp: new Date(started + afterMs),
  apiVersion: '2025-07-30',
  ...span,
  name,
  body,
});
const workflowSpan = { ...trace, parent: nodeSpan.parent.parent };

const first = event(workflowSpan, 'workflow.execution.initiated', 0, { workflowDefinition, inputs: { city: 'Paris' } });
const single = await client.events.create(first);
const list = await client.events.create([
  event(nodeSpan, 'node.execution.initiated', 100, { nodeDefinition, inputs: { city: 'Paris' } }),
  event(nodeSpan, 'node.execution.fulfilled', 350, { nodeDefinition, outputs: { answer: 'It is sunny in Paris.' } }),
  event(workflowSpan, 'workflow.execution.fulfilled', 400, {
    workflowDefinition,
    outputs: { answer: 'It is sunny in Paris.' },
  }),
]);
const again = await client.events.create([first]);

const refusal = (error) => ({ name: error.constructor.name, statusCode: error.statusCode, body: error.body });
const badEvent = await client.events.create([{ ...first, id: '' }]).catch(refusal);
const badKey = await clientOf('not-a-key').events.create(first).catch(refusal);

console.log(JSON.stringify({ single, list, again, badEvent, badKey }));
