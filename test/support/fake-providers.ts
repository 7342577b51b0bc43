/**
 * OpenAI and Anthropic on loopback, for the SDKs whose wrappers call a provider. The answers are fixed: the model name
 * and the presence of tools decide which one it is.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { isObject, type Json } from './compare.ts';

export const ANSWER = 'It is sunny in Paris.';
/** Calls of this model are refused, as OpenAI refuses them. */
const UNKNOWN_MODEL = 'gpt-unknown';
const ANSWER_PARTS = ['It is ', 'sunny ', 'in Paris.'];
const CREATED = 1_760_000_000;

export interface FakeProviders {
  /** For `OPENAI_BASE_URL`. */
  readonly openaiUrl: string;
  /** For `ANTHROPIC_BASE_URL`. */
  readonly anthropicUrl: string;
  close(): Promise<void>;
}

export async function startFakeProviders(): Promise<FakeProviders> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => sendJson(response, 500, { error: { message: String(error) } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return {
    openaiUrl: `http://127.0.0.1:${port}/v1`,
    anthropicUrl: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body: unknown = JSON.parse(await text(request));
  if (!isObject(body)) return sendJson(response, 400, openaiError('The body must be an object', null));
  if (body.model === UNKNOWN_MODEL) {
    const message = `The model \`${UNKNOWN_MODEL}\` does not exist`;
    return sendJson(response, 400, openaiError(message, 'model_not_found'));
  }
  const path = request.url?.split('?')[0];
  if (path === '/v1/chat/completions') {
    if (body.stream === true) return sendEvents(response, chatChunks(body));
    return sendJson(response, 200, chatCompletion(body));
  }
  if (path === '/v1/responses') return sendJson(response, 200, openaiResponse(body));
  if (path === '/v1/embeddings') return sendJson(response, 200, embeddings(body));
  if (path === '/v1/messages') {
    if (body.stream === true) return sendEvents(response, messageEvents(body));
    return sendJson(response, 200, message(body, [{ type: 'text', text: ANSWER }]));
  }
  return sendJson(response, 404, openaiError(`There is no ${path}`, null));
}

function sendJson(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Server-sent events; Anthropic names each by its type. */
function sendEvents(response: ServerResponse, events: readonly (Json | '[DONE]')[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) {
    if (event !== '[DONE]' && typeof event.type === 'string') response.write(`event: ${event.type}\n`);
    response.write(`data: ${event === '[DONE]' ? event : JSON.stringify(event)}\n\n`);
  }
  response.end();
}

function openaiError(message: string, code: string | null): Json {
  return { error: { message, type: 'invalid_request_error', param: 'model', code } };
}

const CHAT_USAGE = {
  prompt_tokens: 12,
  completion_tokens: 5,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 0 },
};

/** With tools, a question is answered with a call of the first one. */
function chatCompletion(body: Json): Json {
  const { messages, tools, model } = body;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const wantsTool = Array.isArray(tools) && isObject(last) && last.role === 'user';
  const reply = wantsTool
    ? { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall(tools[0])] }
    : { role: 'assistant', content: ANSWER, refusal: null };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [{ index: 0, message: reply, logprobs: null, finish_reason: wantsTool ? 'tool_calls' : 'stop' }],
    usage: CHAT_USAGE,
  };
}

function toolCall(tool: unknown): Json {
  const definition = isObject(tool) && isObject(tool.function) ? tool.function : {};
  return { id: 'call_1', type: 'function', function: { name: definition.name, arguments: '{"city":"Paris"}' } };
}

function chatChunks({ model, stream_options }: Json): (Json | '[DONE]')[] {
  const chunk = (delta: Json, finish_reason: string | null) => ({
    id: 'chatcmpl-2',
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  const usage = { ...chunk({}, null), choices: [], usage: CHAT_USAGE };
  return [
    chunk({ role: 'assistant', content: '', refusal: null }, null),
    ...ANSWER_PARTS.map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    ...(isObject(stream_options) && stream_options.include_usage === true ? [usage] : []),
    '[DONE]',
  ];
}

function openaiResponse({ model }: Json): Json {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: CREATED,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output: [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: ANSWER, annotations: [] }],
      },
    ],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 17,
    },
  };
}

/** Two dimensions for each input; base64 if asked for, as the official clients do. */
function embeddings({ model, input, encoding_format }: Json): Json {
  const vector = [0.25, -0.5];
  const embedding =
    encoding_format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
  const inputs: readonly unknown[] = Array.isArray(input) ? input : [input];
  return {
    object: 'list',
    data: inputs.map((_, index) => ({ object: 'embedding', index, embedding })),
    model,
    usage: { prompt_tokens: 6, total_tokens: 6 },
  };
}

const MESSAGE_INPUT_USAGE = { input_tokens: 20, cache_creation_input_tokens: 3, cache_read_input_tokens: 7 };

function message({ model }: Json, content: readonly Json[]): Json {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: content.length === 0 ? null : 'end_turn',
    stop_sequence: null,
    usage: { ...MESSAGE_INPUT_USAGE, output_tokens: content.length === 0 ? 1 : 8 },
  };
}

function messageEvents(body: Json): Json[] {
  return [
    { type: 'message_start', message: message(body, []) },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...ANSWER_PARTS.map((part) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: part },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 8 } },
    { type: 'message_stop' },
  ];
}
