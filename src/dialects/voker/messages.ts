/**
 * The messages of a model call and the tools that it calls, in one shape for all providers: what was said, in order. Images
 * and other parts that are no text stand as `[image]`; the span keeps everything as it was sent.
 */

import {
  asArray,
  asJsonText,
  asObject,
  asText,
  at,
  field,
  type JsonObject,
  type JsonValue,
} from '../../canonical/json.ts';

export interface ToolCall {
  readonly id: string | null;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface Message {
  readonly role: string;
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  /** The call whose result this is. */
  readonly toolCallId: string | null;
}

/** What the model was given: instructions first, then the messages. */
export function inputMessages(properties: JsonObject): Message[] {
  const whole = field(properties, 'inputs') ?? field(properties, 'input');
  const inputs = asObject(whole);
  if (inputs === undefined) return readMessages(whole, 'user');
  const config = asObject(field(inputs, 'config'));
  const instructions =
    field(inputs, 'system') ??
    field(inputs, 'instructions') ??
    field(inputs, 'systemInstruction') ??
    field(inputs, 'system_instruction') ??
    field(config, 'systemInstruction') ??
    field(config, 'system_instruction');
  const asked = ['messages', 'input', 'contents', 'prompt', 'prompts'].map((name) => field(inputs, name));
  return [
    ...(instructions === undefined ? [] : textMessages('system', instructions)),
    ...readMessages(
      asked.find((value) => value !== undefined && value !== null),
      'user',
    ),
  ];
}

/** What it answered. Of several candidates, the first. */
export function outputMessages(properties: JsonObject): Message[] {
  const output = field(properties, 'output');
  const body = asObject(output);
  if (body === undefined) return textMessages('assistant', output);
  const candidate = at(asArray(field(body, 'candidates'))?.[0], 'content');
  const choice = asArray(field(body, 'choices'))?.[0];
  const answers: readonly (JsonValue | undefined)[] = [
    at(choice, 'message'),
    at(choice, 'text'),
    candidate,
    listOf(body, 'output'),
    listOf(body, 'outputs'),
    field(body, 'content') === undefined ? undefined : body,
    vercelAnswer(body),
    field(body, 'value'),
  ];
  return readMessages(
    answers.find((answer) => answer !== undefined && answer !== null),
    'assistant',
  );
}

function listOf(body: JsonObject, name: string): JsonValue | undefined {
  const list = field(body, name);
  return Array.isArray(list) ? list : undefined;
}

export function toolCallsOf(messages: readonly Message[]): ToolCall[] {
  return messages.flatMap((message) => message.toolCalls);
}

/** `generateText` gives its text and its calls side by side. */
function vercelAnswer(body: JsonObject): JsonValue | undefined {
  const [text, calls] = [field(body, 'text'), asArray(field(body, 'toolCalls'))];
  if (typeof text !== 'string' && calls === undefined) return undefined;
  const parts = typeof text === 'string' && text !== '' ? [{ type: 'text', text }] : [];
  return { role: 'assistant', content: [...parts, ...(calls ?? []).map((call) => typed(call, 'tool-call'))] };
}

function typed(part: JsonValue, type: string): JsonValue {
  const known = asObject(part);
  return known === undefined ? part : { ...known, type };
}

function textMessages(role: string, value: JsonValue | undefined): Message[] {
  const said = new Said();
  said.add(value);
  return said.isEmpty ? [] : [said.message(role)];
}

/** A text, a message, a part, or a list of these; parts in a row are one message. */
function readMessages(value: JsonValue | undefined, role: string): Message[] {
  const messages: Message[] = [];
  let loose = new Said();
  const flush = () => {
    if (!loose.isEmpty) messages.push(loose.message(role));
    loose = new Said();
  };
  for (const item of asArray(value) ?? [value]) {
    const object = asObject(item);
    const type = asText(field(object, 'type'));
    const isResult = type?.endsWith('_output') === true;
    const isCall = type === 'function_call';
    if (object === undefined || !(isCall || isResult || isMessage(object, type))) {
      loose.add(item);
      continue;
    }
    flush();
    if (isCall) messages.push(calling(object));
    else messages.push(...(isResult ? toolResult(object) : roleMessages(object, role)));
  }
  flush();
  return messages;
}

/** Some leave the role out, or the type. */
function isMessage(object: JsonObject, type: string | undefined): boolean {
  const hasParts = ['content', 'parts', 'tool_calls'].some((name) => field(object, name) !== undefined);
  return asText(field(object, 'role')) !== undefined || (type === undefined && hasParts);
}

/** The results of tools stand in messages of their own, whoever the provider makes say them. */
function roleMessages(message: JsonObject, roleElse: string): Message[] {
  const role = asText(field(message, 'role')) ?? roleElse;
  const said = new Said();
  said.add(field(message, 'content') ?? field(message, 'parts'));
  for (const call of asArray(field(message, 'tool_calls')) ?? []) said.addCall(call);
  if (field(message, 'function_call') !== undefined) said.addCall(field(message, 'function_call'));
  const id = asText(field(message, 'tool_call_id'));
  const own = said.isEmpty && said.results.length > 0 ? [] : [said.message(role === 'model' ? 'assistant' : role, id)];
  return [...said.results, ...own];
}

/** An item `function_call` of OpenAI's Responses, and its answer `function_call_output`. */
function calling(item: JsonObject): Message {
  const said = new Said();
  said.addCall(item);
  return said.message('assistant');
}

function toolResult(item: JsonObject): Message[] {
  return [resultMessage(asText(field(item, 'call_id')), field(item, 'output'))];
}

function resultMessage(id: string | undefined, result: JsonValue | undefined): Message {
  const said = new Said();
  said.add(result);
  return said.message('tool', id);
}

/** One message, put together from its parts. */
class Said {
  readonly #texts: string[] = [];
  readonly #calls: ToolCall[] = [];
  readonly results: Message[] = [];

  get isEmpty(): boolean {
    return this.#texts.length === 0 && this.#calls.length === 0;
  }

  message(role: string, toolCallId: string | undefined = undefined): Message {
    return { role, text: this.#texts.join('\n'), toolCalls: this.#calls, toolCallId: toolCallId ?? null };
  }

  add(part: JsonValue | undefined): void {
    if (part === undefined || part === null || part === '') return;
    if (typeof part === 'string') this.#texts.push(part);
    else if (Array.isArray(part)) for (const item of part) this.add(item);
    else if (typeof part === 'object') this.#addObject(part);
    else this.#texts.push(String(part));
  }

  #addObject(part: JsonObject): void {
    const type = asText(field(part, 'type'))?.replace('-', '_');
    const gemini = field(part, 'functionCall') ?? (type === undefined ? field(part, 'function_call') : undefined);
    const response = asObject(field(part, 'functionResponse') ?? field(part, 'function_response'));
    if (gemini !== undefined && gemini !== null) this.addCall(gemini);
    else if (response !== undefined)
      this.results.push(
        resultMessage(asText(field(response, 'id') ?? field(response, 'name')), shown(field(response, 'response'))),
      );
    else if (type === 'tool_use' || type === 'tool_call' || type === 'function_call') this.addCall(part);
    else if (type === 'tool_result')
      this.results.push(
        resultMessage(
          asText(field(part, 'tool_use_id')) ?? asText(field(part, 'toolCallId')),
          field(part, 'content') ?? shown(field(part, 'output') ?? field(part, 'result')),
        ),
      );
    else this.#addText(part, type);
  }

  #addText(part: JsonObject, type: string | undefined): void {
    const text = field(part, 'text') ?? field(part, 'refusal') ?? field(part, 'value');
    if (typeof text === 'string') this.add(text);
    else if (field(part, 'content') !== undefined) this.add(field(part, 'content'));
    else if (field(part, 'parts') !== undefined) this.add(field(part, 'parts'));
    // What a model thinks to itself is no part of the conversation.
    else if (type !== undefined && type !== 'thinking' && type !== 'reasoning') this.#texts.push(`[${type}]`);
    else if (type === undefined) this.#texts.push(JSON.stringify(part));
  }

  /** OpenAI's `{id, function: {name, arguments}}`, and the flat ones of everybody else. */
  addCall(value: JsonValue | undefined): void {
    const call = asObject(value);
    const called = asObject(field(call, 'function')) ?? call;
    const name = asText(field(called, 'name')) ?? asText(field(called, 'toolName'));
    if (name === undefined) return;
    const given = ['arguments', 'args', 'input'].map((key) => field(called, key));
    const args = given.find((one) => one !== undefined && one !== null);
    const ids = [field(call, 'call_id'), field(call, 'id'), field(call, 'toolCallId')].map(asText);
    this.#calls.push({
      id: ids.find((id) => id !== undefined) ?? null,
      name,
      arguments: typeof args === 'string' ? args : (asJsonText(args) ?? '{}'),
    });
  }
}

/** A result of any JSON as one text. */
function shown(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
