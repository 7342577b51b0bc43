/** Events as WhyOps's SDK sends them. Each has an idempotency key: without one, the protocol stores a repeat twice. */

import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Call, Model } from './models.ts';
import { type DemoRequest, post } from './request.ts';
import { iso } from './timeline.ts';

export interface Conversation {
  readonly traceId: string;
  readonly agentName: string;
  readonly userId: string;
  readonly environment: 'production' | 'staging';
}

/** Gathers the events of one trace, in their order: the server numbers the steps by it. */
export class Thread {
  readonly #conversation: Conversation;
  readonly #events: JsonObject[] = [];
  /** When the next event may begin. */
  clockMs: number;

  constructor(conversation: Conversation, startMs: number) {
    this.#conversation = conversation;
    this.clockMs = startMs;
  }

  userMessage(text: string, metadata: JsonObject = {}): void {
    this.#add('user_message', { messages: [{ role: 'user', content: text }] }, metadata);
  }

  thinking(text: string): void {
    this.#add('llm_thinking', { type: 'thinking', thinking: text, signature: 'sig_demo' }, {});
  }

  answer(model: Model, call: Call, content: JsonObject, usage: JsonObject = {}): void {
    this.clockMs += call.durationMs;
    const { inputTokens, outputTokens, durationMs } = call;
    const counted = {
      promptTokens: inputTokens,
      completionTokens: outputTokens,
      totalTokens: inputTokens + outputTokens,
    };
    const metadata = {
      model: model.name,
      provider: model.provider,
      usage: { ...counted, ...usage },
      latencyMs: durationMs,
    };
    this.#add('llm_response', content, metadata, this.#spanId());
  }

  embed(model: string, provider: string, input: string, tokens: number, latencyMs: number): void {
    const spanId = this.#spanId();
    this.#add('embedding_request', { input: [input] }, { model, provider }, spanId);
    this.clockMs += latencyMs;
    const content = { object: 'list', embeddingCount: 1, firstEmbeddingDimensions: 1536, encodingFormat: 'float' };
    this.#add(
      'embedding_response',
      content,
      { model, provider, usage: { totalTokens: tokens, promptTokens: tokens }, latencyMs },
      spanId,
    );
  }

  tool(name: string, args: JsonObject, latencyMs: number, result: JsonValue): void {
    const spanId = this.#requestTool(name, args);
    this.clockMs += latencyMs;
    const content = { toolCalls: [{ name, arguments: args }], toolResults: result };
    this.#add('tool_call_response', content, { tool: name, latencyMs }, spanId);
  }

  /** The error shares the span of the call, which is how a failed call is told. */
  failedTool(name: string, args: JsonObject, latencyMs: number, error: JsonObject): void {
    const spanId = this.#requestTool(name, args);
    this.clockMs += latencyMs;
    this.#add('error', error, { tool: name }, spanId);
  }

  error(content: JsonObject): void {
    this.#add('error', content, {});
  }

  request(): DemoRequest {
    return post('whyops', '/api/events/ingest', this.#events);
  }

  #requestTool(name: string, args: JsonObject): string {
    const spanId = this.#spanId();
    this.#add('tool_call_request', { toolCalls: [{ name, arguments: args }] }, { tool: name }, spanId);
    return spanId;
  }

  #spanId(): string {
    return `${this.#conversation.traceId}/${this.#events.length}`;
  }

  #add(eventType: string, content: JsonObject, metadata: JsonObject, spanId = this.#spanId()): void {
    const { traceId, agentName, userId, environment } = this.#conversation;
    this.#events.push({
      ...{ eventType, traceId, spanId, agentName, externalUserId: userId, environmentId: environment },
      ...{ timestamp: iso(this.clockMs), idempotencyKey: `${traceId}/${this.#events.length}`, content },
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    });
    this.clockMs += 4;
  }
}

export function register(
  agentName: string,
  systemPrompt: string,
  tools: readonly string[],
  description: string,
): DemoRequest {
  const schema = JSON.stringify({ type: 'object', properties: { query: { type: 'string' } } });
  const list = tools.map((name) => ({
    name,
    description: name.replaceAll('_', ' '),
    inputSchema: schema,
    outputSchema: '{}',
  }));
  return post('whyops', '/api/entities/init', { agentName, metadata: { systemPrompt, tools: list, description } });
}
