/**
 * The text in the content of messages, in the spellings of the providers and SDKs: what the model reads or has written.
 * Names of fields, punctuation of JSON and media are no text of it.
 */

import { asArray, asObject, asText, field, isObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { TextSum } from './text-sum.ts';

/** Parts of a message that hold one text each. */
const TEXT_FIELDS = ['text', 'input_text', 'output_text', 'thinking', 'refusal', 'transcript'] as const;
/** Objects with one of these are media: their tokens depend on pixels and seconds, and base64 is no text. */
const MEDIA_FIELDS = [
  'image_url',
  'imageUrl',
  'image',
  'input_audio',
  'audio',
  'file',
  'file_data',
  'fileData',
  'inline_data',
  'inlineData',
  'video',
] as const;
const MEDIA_TYPE = /image|audio|video|file|document|media/i;
/** Said about a text, not part of it. */
const ABOUT = new Set([
  ...['id', 'type', 'role', 'object', 'model', 'created', 'created_at', 'index', 'status', 'signature', 'usage'],
  ...['finish_reason', 'finishReason', 'stop_reason', 'stopReason', 'stop_sequence', 'logprobs', 'annotations'],
  ...['tool_call_id', 'toolCallId', 'tool_use_id', 'call_id', 'system_fingerprint', 'service_tier', 'metadata'],
  ...['cache_control', 'cacheControl', 'encrypted_content', 'usageMetadata', 'responseId', 'modelVersion'],
]);
const DATA_URL = /^data:[\w.+-]+\/[\w.+-]+[;,]/;
/** One long run without a space, in a field that nobody knows: media, most likely. The first part of it tells. */
const BASE64 = /^[A-Za-z0-9+/_-]{512,}={0,2}$/;
const BASE64_CHARS_LOOKED_AT = 4096;

/** What a message has as its text is its text, however it looks; only a whole data URL is an image. */
export function addText(text: string, sum: TextSum): void {
  if (DATA_URL.test(text)) sum.estimate();
  else sum.text(text);
}

/** The content of a message: a text, a list of parts, or one part. */
export function addContent(content: JsonValue | undefined, sum: TextSum): void {
  if (content === undefined || content === null) return;
  if (typeof content === 'string') addText(content, sum);
  else if (typeof content !== 'object') sum.text(String(content));
  else if (isObject(content)) addPart(content, sum);
  else {
    for (const part of content) addContent(part, sum);
    // How several parts are put together is not documented.
    if (content.length > 1) sum.estimate();
  }
}

function addPart(part: JsonObject, sum: TextSum): void {
  const type = asText(field(part, 'type')) ?? '';
  const text = TEXT_FIELDS.map((name) => field(part, name)).find((value) => typeof value === 'string');
  const inner = field(part, 'content') ?? field(part, 'parts');
  if (MEDIA_TYPE.test(type) || MEDIA_FIELDS.some((name) => isObject(field(part, name)))) sum.estimate();
  else if (typeof text === 'string') {
    if (type === 'thinking' || type === 'reasoning') sum.estimate();
    addText(text, sum);
  } else if (!addToolParts(part, type, sum)) {
    if (inner === undefined) addLeaves(part, sum);
    else addContent(inner, sum);
  }
}

/** `tool_use` and `tool_result` (Anthropic), `functionCall` and `functionResponse` (Gemini), `tool-call` (Vercel). */
function addToolParts(part: JsonObject, type: string, sum: TextSum): boolean {
  const call =
    asObject(field(part, 'functionCall') ?? field(part, 'function_call') ?? field(part, 'toolUse')) ??
    (/^(?:tool[_-]use|tool[_-]call|server_tool_use|function_call)$/.test(type) ? part : undefined);
  if (call !== undefined) {
    addToolCall(call, sum);
    return true;
  }
  const answer =
    asObject(field(part, 'functionResponse') ?? field(part, 'function_response') ?? field(part, 'toolResult')) ??
    (/^(?:tool[_-]result|function_call_output)$/.test(type) ? part : undefined);
  if (answer === undefined) return false;
  sum.estimate();
  const said =
    field(answer, 'content') ?? field(answer, 'output') ?? field(answer, 'result') ?? field(answer, 'response');
  if (typeof said === 'string' || Array.isArray(said)) addContent(said, sum);
  else if (said !== undefined && said !== null) sum.text(JSON.stringify(said));
  return true;
}

/** The model writes the name and the arguments; arguments are JSON text on the wire, so as such they are counted. */
export function addToolCall(call: JsonObject, sum: TextSum): void {
  sum.estimate();
  const inner = asObject(field(call, 'function')) ?? call;
  const name = field(inner, 'name') ?? field(inner, 'toolName');
  if (typeof name === 'string') sum.text(name);
  const names = ['arguments', 'args', 'input', 'parameters'];
  const written = names.map((key) => field(inner, key)).find((value) => value !== undefined && value !== null);
  if (typeof written === 'string') sum.text(written);
  else if (written !== undefined) sum.text(JSON.stringify(written));
}

/** All calls of tools that a message carries next to its content. */
export function addToolCalls(message: JsonObject, sum: TextSum): void {
  for (const name of ['tool_calls', 'toolCalls']) {
    for (const call of asArray(field(message, name)) ?? []) if (isObject(call)) addToolCall(call, sum);
  }
  for (const name of ['function_call', 'functionCall']) {
    const call = field(message, name);
    if (isObject(call)) addToolCall(call, sum);
  }
}

/** An object of no known shape: its texts and numbers, wherever they stand. */
export function addLeaves(value: JsonValue | undefined, sum: TextSum): void {
  sum.estimate();
  if (value === undefined || value === null) return;
  if (typeof value === 'string') {
    if (!BASE64.test(value.slice(0, BASE64_CHARS_LOOKED_AT))) addText(value, sum);
  } else if (typeof value !== 'object') sum.text(String(value));
  else if (!isObject(value)) for (const item of value) addLeaves(item, sum);
  else for (const [key, member] of Object.entries(value)) if (!ABOUT.has(key)) addLeaves(member, sum);
}
