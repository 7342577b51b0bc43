/** Vellum: monitoring events, and workflows that emit them. */

import { jsText, pyText, type SnippetValues, shellWord, type VendorSnippets } from './snippet.ts';

function curl({ url, key }: SnippetValues): string {
  return `S=$(date +%s); AT=$(date -u +%Y-%m-%dT%H:%M:%S)
SPAN='"api_version": "2025-07-30", "trace_id": "first-session-'$S'", "span_id": "first-run-'$S'"'
DEFINITION='"workflow_definition": {"id": "support", "name": "SupportWorkflow", "module": ["app", "workflow"]}'
curl -X POST ${shellWord(`${url}/vellum/monitoring/v1/events`)} \\
  -H ${shellWord(`X-API-KEY: ${key}`)} -H 'Content-Type: application/json' \\
  -d '[
    {"id": "first-'$S'", "name": "workflow.execution.initiated", "timestamp": "'$AT'.000Z", '"$SPAN"',
     "body": {'"$DEFINITION"', "inputs": {"city": "Paris"}}},
    {"id": "second-'$S'", "name": "workflow.execution.fulfilled", "timestamp": "'$AT'.820Z", '"$SPAN"',
     "body": {'"$DEFINITION"', "outputs": {"answer": "It is sunny in Paris."}}}]'
`;
}

function javascript({ url, key }: SnippetValues): string {
  return `import { randomUUID } from 'node:crypto';
import { VellumClient } from 'vellum-ai';

const url = ${jsText(`${url}/vellum`)};
const client = new VellumClient({ apiKey: ${jsText(key)}, environment: { default: url, predict: url, documents: url } });

const span = { apiVersion: '2025-07-30', traceId: randomUUID(), spanId: randomUUID() };
const workflowDefinition = { id: randomUUID(), name: 'SupportWorkflow', module: ['app', 'workflow'] };
await client.events.create([
  {
    ...{ ...span, id: randomUUID(), timestamp: new Date(), name: 'workflow.execution.initiated' },
    body: { workflowDefinition, inputs: { city: 'Paris' } },
  },
  {
    ...{ ...span, id: randomUUID(), timestamp: new Date(), name: 'workflow.execution.fulfilled' },
    body: { workflowDefinition, outputs: { answer: 'It is sunny in Paris.' } },
  },
]);
`;
}

function client({ url, key }: SnippetValues): string {
  return `from datetime import datetime, timezone
from uuid import uuid4

from vellum import (
    NodeExecutionFulfilledBody,
    NodeExecutionFulfilledEvent,
    NodeExecutionInitiatedBody,
    NodeExecutionInitiatedEvent,
    Vellum,
    VellumCodeResourceDefinition,
    VellumEnvironment,
)

url = ${pyText(`${url}/vellum`)}
client = Vellum(api_key=${pyText(key)}, environment=VellumEnvironment(default=url, predict=url, documents=url))

node = VellumCodeResourceDefinition(id=str(uuid4()), name="Forecast", module=["app", "nodes"])
span = {"trace_id": str(uuid4()), "span_id": str(uuid4())}
client.events.create(
    request=[
        NodeExecutionInitiatedEvent(
            id=str(uuid4()),
            timestamp=datetime.now(timezone.utc),
            body=NodeExecutionInitiatedBody(node_definition=node, inputs={"city": "Paris"}),
            **span,
        ),
        NodeExecutionFulfilledEvent(
            id=str(uuid4()),
            timestamp=datetime.now(timezone.utc),
            body=NodeExecutionFulfilledBody(node_definition=node, outputs={"answer": "It is sunny in Paris."}),
            **span,
        ),
    ]
)
`;
}

function environment({ url, key }: SnippetValues): string {
  return `export VELLUM_DEFAULT_API_URL=${shellWord(`${url}/vellum`)}
export VELLUM_API_KEY=${shellWord(key)}
`;
}

const WORKFLOW = `from vellum.workflows import BaseWorkflow
from vellum.workflows.emitters.vellum_emitter import VellumEmitter
from vellum.workflows.inputs import BaseInputs
from vellum.workflows.nodes import BaseNode
from vellum.workflows.state import BaseState


class Inputs(BaseInputs):
    city: str


class Forecast(BaseNode):
    city = Inputs.city

    class Outputs(BaseNode.Outputs):
        forecast: str

    def run(self):
        return self.Outputs(forecast=f"It is sunny in {self.city}.")


class ForecastWorkflow(BaseWorkflow[Inputs, BaseState]):
    graph = Forecast

    class Outputs(BaseWorkflow.Outputs):
        forecast = Forecast.Outputs.forecast


workflow = ForecastWorkflow(emitters=[VellumEmitter()])
workflow.run(inputs=Inputs(city="Paris"))
workflow.join()  # waits until the events are sent
`;

export const vellum: VendorSnippets = {
  dialect: 'vellum',
  snippets: [
    {
      id: 'vellum-curl',
      label: 'curl',
      blocks: (values) => [{ title: 'Send one execution', text: curl(values) }],
      notes: [],
    },
    {
      id: 'vellum-js',
      label: 'JavaScript',
      blocks: (values) => [
        { title: 'Install', text: 'npm install vellum-ai\n' },
        { title: 'hello.mjs', text: javascript(values) },
      ],
      notes: ['The timestamp must be a Date: the client refuses text.'],
    },
    {
      id: 'vellum-workflows',
      label: 'Python, workflows',
      blocks: (values) => [
        { title: 'Install', text: 'pip install vellum-ai\n' },
        { title: 'Environment', text: environment(values) },
        { title: 'hello.py', text: WORKFLOW },
      ],
      notes: ['A workflow sends its events only with an emitter.'],
    },
    {
      id: 'vellum-python',
      label: 'Python, client',
      blocks: (values) => [
        { title: 'Install', text: 'pip install vellum-ai\n' },
        { title: 'hello.py', text: client(values) },
      ],
      notes: [],
    },
  ],
};
