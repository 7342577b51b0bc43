/**
 * Tokens of a model call whose client did not report them, from what it sent and got. Rules in docs/guide/tokens.md.
 *
 * Lunary's server counts alike (`protocols/lunary.md` 2.10), with three defects that are not copied: one token too many
 * per message, JSON punctuation counted as if the model had read or written it, and GPT-3.5's vocabulary for GPT-4.1 on.
 */

import { asArray, asObject, asText, at, field, isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { addContent, addLeaves, addText, addToolCalls } from './content.ts';
import { encodingOf, type ModelEncoding } from './encodings.ts';
import { TextSum } from './text-sum.ts';
import type { TokenCount, Tokenizers } from './tokenizer.ts';
import { addTools } from './tool-definitions.ts';

export interface CallContent {
  readonly kind: string;
  readonly model: string;
  /** JSON texts; empty is "not said". */
  readonly input: string;
  readonly output: string;
  readonly params: string;
}

/** -1: not to be counted, or nothing there to count: no model that would have read it (`my_fn`), or no text. */
export interface CountedCall {
  readonly input: number;
  readonly output: number;
  readonly isEstimate: boolean;
}

/** What Lunary's clients and rules put where a text was held back (`protocols/lunary.md` 2.12): its length is not known. */
const WITHHELD = '__NOT_INGESTED__';

const PROMPT_FIELDS = ['messages', 'contents', 'input', 'prompt', 'prompts'] as const;
const MESSAGE_FIELDS = [
  'role',
  'content',
  'text',
  'parts',
  'tool_calls',
  'toolCalls',
  'function_call',
  'functionCall',
] as const;
const MESSAGE = 3;
const NAME = 1;
const REPLY_START = 3;

export async function countCall(
  call: CallContent,
  sides: { readonly input: boolean; readonly output: boolean },
  tokenizers: Tokenizers,
): Promise<CountedCall> {
  if (call.model === '') return { input: -1, output: -1, isEstimate: false };
  const model = encodingOf(call.model);
  const tokenizer = await tokenizers.get(model.encoding);
  const input = sides.input ? countInput(call, model, new TextSum(tokenizer)) : undefined;
  // What an embedding gives is no text.
  const output = sides.output && call.kind === 'llm' ? countOutput(call, model, new TextSum(tokenizer)) : undefined;
  return {
    input: input?.tokens ?? -1,
    output: output?.tokens ?? -1,
    isEstimate: [input, output].some((side) => side !== undefined && !(side.isExact && model.isOwn)),
  };
}

function countInput(call: CallContent, model: ModelEncoding, sum: TextSum): TokenCount | undefined {
  const input = parsed(call.input);
  if (input === undefined || input === null || input === WITHHELD) return undefined;
  const params = asObject(parsed(call.params));
  addPrompt(input, call, model, sum);
  for (const holder of [params, asObject(field(params, 'config'))]) addAside(holder, model, sum);
  return sum.total.tokens === 0 ? undefined : sum.total;
}

/** A text, texts, messages, or an object that has one of these. */
function addPrompt(input: JsonValue, call: CallContent, model: ModelEncoding, sum: TextSum): void {
  const messages = messagesOf(input);
  if (messages !== undefined) addMessages(messages, model, sum);
  else if (typeof input === 'string') {
    addText(input, sum);
    // Somewhere it became a message; who sent it as a text does not tell how.
    if (isChat(call)) sum.estimate();
  } else if (isObject(input)) {
    const inner = PROMPT_FIELDS.map((name) => field(input, name)).find(
      (value) => value !== undefined && value !== null,
    );
    if (inner === undefined) addLeaves(input, sum);
    else {
      addPrompt(inner, call, model, sum);
      addAside(input, model, sum);
    }
  } else addList(asArray(input) ?? [], sum);
}

/** Texts to embed, or prompts that are tokens already, as the embeddings API takes them. */
function addList(list: readonly JsonValue[], sum: TextSum): void {
  const numbers = list.filter((item) => typeof item === 'number');
  sum.add(numbers.length);
  for (const item of list) {
    if (typeof item === 'string') addText(item, sum);
    else if (Array.isArray(item)) addList(item, sum);
    else if (isObject(item)) addContent(item, sum);
  }
}

function messagesOf(input: JsonValue): readonly JsonObject[] | undefined {
  if (isObject(input)) return isMessage(input) ? [input] : undefined;
  const list = asArray(input) ?? [];
  return list.length > 0 && list.every(isObject) && list.some(isMessage) ? list : undefined;
}

function isMessage(value: JsonValue): boolean {
  const object = asObject(value);
  return (
    typeof field(object, 'role') === 'string' ||
    (field(object, 'parts') !== undefined && Array.isArray(at(object, 'parts')))
  );
}

/** The rule of OpenAI's Cookbook ("How to count tokens with tiktoken"), exact for GPT-3.5, GPT-4 and GPT-4o. */
function addMessages(messages: readonly JsonObject[], model: ModelEncoding, sum: TextSum): void {
  if (!model.isFramingKnown) sum.estimate();
  for (const message of messages) {
    sum.add(MESSAGE);
    sum.text(asText(field(message, 'role')) ?? 'user');
    const name = asText(field(message, 'name'));
    if (name !== undefined) {
      sum.add(NAME);
      sum.text(name);
    }
    addMessageBody(message, sum);
  }
  sum.add(REPLY_START);
}

function addMessageBody(message: JsonObject, sum: TextSum): void {
  addContent(field(message, 'content') ?? field(message, 'text') ?? field(message, 'parts'), sum);
  addToolCalls(message, sum);
}

/** What is sent next to the messages and read by the model too. */
function addAside(holder: JsonObject | undefined, model: ModelEncoding, sum: TextSum): void {
  for (const name of ['system', 'instructions', 'systemInstruction', 'system_instruction', 'systemPrompt']) {
    const text = field(holder, name);
    if (text === undefined || text === null) continue;
    sum.add(MESSAGE);
    sum.estimate();
    addContent(text, sum);
  }
  addTools(field(holder, 'tools') ?? field(holder, 'functions'), model.encoding, sum);
  // A schema for the answer is put before the model in a way that is not documented.
  if (at(holder, 'response_format', 'json_schema') !== undefined) sum.estimate();
}

function countOutput(call: CallContent, model: ModelEncoding, sum: TextSum): TokenCount | undefined {
  const output = parsed(call.output);
  if (output === undefined || output === null || output === WITHHELD) return undefined;
  // What the model thought is billed and not in what it said.
  if (model.isReasoning) sum.estimate();
  addCompletion(output, sum);
  return sum.total.tokens === 0 ? undefined : sum.total;
}

/** A text, a message, several, or the response body of a provider. */
function addCompletion(output: JsonValue, sum: TextSum): void {
  if (typeof output === 'string') addText(output, sum);
  else if (isObject(output)) addResponse(output, sum);
  else {
    const list = asArray(output) ?? [];
    for (const item of list) addCompletion(item, sum);
    if (list.length > 1) sum.estimate();
  }
}

function addResponse(output: JsonObject, sum: TextSum): void {
  const answers = ['choices', 'candidates', 'output'].map((name) => asArray(field(output, name))).find(isDefined);
  const message = asObject(field(output, 'message'));
  if (answers !== undefined) for (const answer of answers) addAnswer(answer, sum);
  else if (message !== undefined) addResponse(message, sum);
  else if (MESSAGE_FIELDS.some((name) => isSaid(output, name))) addMessageBody(output, sum);
  else addContent(output, sum);
}

/** One of `choices` (OpenAI), `candidates` (Gemini) or `output` (Responses), where reasoning is only summed up. */
function addAnswer(answer: JsonValue, sum: TextSum): void {
  const object = asObject(answer);
  if (object === undefined || field(object, 'type') === 'reasoning') {
    sum.estimate();
    return;
  }
  const content = field(object, 'content');
  addCompletion(field(object, 'message') ?? field(object, 'delta') ?? asObject(content) ?? object, sum);
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function isSaid(object: JsonObject, name: string): boolean {
  const value = field(object, name);
  return value !== undefined && value !== null;
}

function isChat(call: CallContent): boolean {
  return call.kind === 'llm' && !/instruct|davinci|babbage/.test(call.model.toLowerCase());
}

/** Registers hold JSON text that we wrote; a text that is none is counted as it is. */
function parsed(text: string): JsonValue | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
