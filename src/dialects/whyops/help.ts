/** The static document of `GET /api/events/help` (`protocols/whyops.md` 1.6). */

import { EVENT_TYPES, type EventType } from './event-types.ts';

const REQUIRED = ['eventType', 'traceId', 'agentName'];
const OPTIONAL = [
  'spanId',
  'stepId',
  'parentStepId',
  'userId',
  'projectId',
  'environmentId',
  'providerId',
  'externalUserId',
  'timestamp',
  'content',
  'metadata',
  'idempotencyKey',
];
const TYPES = {
  eventType: 'one of supportedEventTypes',
  traceId: 'string, 1 to 128 characters',
  agentName: 'string, 1 to 255 characters',
  spanId: 'string, at most 128 characters; events of one trace that share it are one span',
  stepId: 'integer, 1 to 2147483647',
  parentStepId: 'integer, 1 to 2147483647',
  userId: 'string',
  projectId: 'string; the key decides the project',
  environmentId: 'string; the name of the environment',
  providerId: 'string',
  externalUserId: 'string, at most 255 characters',
  timestamp: 'ISO-8601 date and time with Z or an offset',
  content: 'any JSON',
  metadata: 'object',
  idempotencyKey: 'string, at most 128 characters',
};

interface TypeHelp {
  readonly description: string;
  readonly expected: string;
  readonly shape: unknown;
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
}

const CALLS = [{ name: 'search', arguments: { query: 'latest orders' } }];

const BY_TYPE: Record<EventType, TypeHelp> = {
  user_message: {
    description: 'What the user, or the framework on their behalf, says to the model.',
    expected: 'chat messages, or text',
    shape: { messages: [{ role: 'user', content: 'Where is my order?' }] },
    optional: ['model', 'provider', 'systemPrompt', 'tools', 'params'],
  },
  llm_response: {
    description: 'What the model answered.',
    expected: 'text and tool calls',
    shape: { content: 'On its way.', toolCalls: [], finishReason: 'stop' },
    required: ['model', 'provider'],
    optional: ['usage', 'latencyMs', 'params'],
  },
  llm_thinking: {
    description: 'A reasoning block of the model.',
    expected: 'a thinking or redacted_thinking block',
    shape: { type: 'thinking', thinking: 'The order number is missing.' },
    optional: ['model', 'provider', 'latencyMs'],
  },
  embedding_request: {
    description: 'What an embedding model was asked to embed.',
    expected: 'the input',
    shape: { input: ['Where is my order?'] },
    optional: ['model', 'provider', 'params'],
  },
  embedding_response: {
    description: 'A summary of the embeddings.',
    expected: 'count and dimensions',
    shape: { object: 'list', embeddingCount: 1, firstEmbeddingDimensions: 1536, encodingFormat: 'float' },
    required: ['model', 'provider'],
    optional: ['usage', 'latencyMs'],
  },
  tool_call: {
    description: 'Legacy: a tool call and its results in one event. It takes two steps and is read back as two events.',
    expected: 'calls and results',
    shape: { toolCalls: CALLS, toolResults: { orders: 2 } },
    optional: ['tool', 'latencyMs'],
  },
  tool_call_request: {
    description: 'A tool is about to run. Send a spanId, and the same one with the response.',
    expected: 'the calls',
    shape: { toolCalls: CALLS },
    required: ['tool'],
    optional: ['latencyMs'],
  },
  tool_call_response: {
    description: 'What the tool returned.',
    expected: 'the calls and their results',
    shape: { toolCalls: CALLS, toolResults: { orders: 2 } },
    required: ['tool'],
    optional: ['latencyMs'],
  },
  tool_result: {
    description: 'A result handed back to the model by the framework.',
    expected: 'tool name and output',
    shape: { toolName: 'search', output: { orders: 2 } },
    optional: ['tool', 'latencyMs'],
  },
  error: {
    description: 'A failure of a provider, a tool or the application.',
    expected: 'an error, or text',
    shape: { message: 'Gateway timeout', status: 504, stack: 'Error: …' },
    optional: ['model', 'provider', 'latencyMs'],
  },
};

function eventDetail({ description, expected, shape, required, optional }: TypeHelp) {
  return {
    description,
    requiredFields: REQUIRED,
    ...(required === undefined ? {} : { requiredMetadata: required }),
    optionalFields: OPTIONAL,
    content: { expected, shape },
    metadata: { ...(required === undefined ? {} : { required }), ...(optional === undefined ? {} : { optional }) },
  };
}

export const HELP = {
  version: '1.0',
  endpoint: '/api/events/ingest',
  helpEndpoint: '/api/events/help',
  supportedEventTypes: EVENT_TYPES,
  requiredHeadersOrAuth: {
    note: 'A key decides the project. Behind a trusted proxy X-User-Id, X-Project-Id and X-Environment-Id may stand for it. X-External-User-Id is read when the body names no user.',
    headers: ['Authorization: Bearer <key>', 'X-API-Key: <key>', 'X-External-User-Id: <id>'],
  },
  commonFields: { required: REQUIRED, optional: OPTIONAL, types: TYPES },
  eventDetails: Object.fromEntries(EVENT_TYPES.map((type) => [type, eventDetail(BY_TYPE[type])])),
  notes: [
    'POST one event or an array. An array with one bad event is refused whole.',
    '/api/events/ingest answers 202 when the events are on disk; /api/events answers 201 when they can be read.',
    '/api/events/tool-result needs no eventType: every event is a tool_call_response.',
    'Events are the same only if their traceId and idempotencyKey are. Equal content is stored again.',
    'Events without stepId are numbered in the order of arrival within their trace.',
  ],
};
