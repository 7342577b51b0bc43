/**
 * One part of a message, in the words of OpenAI (chat and responses), Anthropic, Gemini, Vercel's AI SDK, LangChain or
 * Vellum. The shapes are those of the recorded traffic (conformance/) and of the providers' documents.
 */

import { Fields, isObject, member, textMember } from './fields.ts';
import { readMedia } from './media.ts';
import { type Part, type ToolCallPart, type ToolResultPart, withRest } from './message.ts';

/** Results within results within results: no client does that. */
const DEPTH_MAX = 3;

type Reader = (fields: Fields, depth: number) => Part | undefined;

const TYPES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...['text', 'input_text', 'output_text', 'summary_text', 'refusal', 'string', 'error_text'].map(
    (type) => [type, readText] as const,
  ),
  ...['thinking', 'reasoning', 'redacted_thinking', 'thinking_delta'].map((type) => [type, readThinking] as const),
  ...['tool_use', 'server_tool_use', 'tool_call', 'function_call', 'custom_tool_call', 'mcp_call', 'function'].map(
    (type) => [type, readToolCall] as const,
  ),
  ...['tool_result', 'function_call_output', 'custom_tool_call_output', 'web_search_tool_result'].map(
    (type) => [type, readToolResult] as const,
  ),
  ...['image', 'image_url', 'input_image'].map(
    (type) => [type, (fields: Fields) => readMedia(fields, 'image')] as const,
  ),
  ...['file', 'input_file', 'document', 'input_audio', 'audio', 'video', 'media'].map(
    (type) => [type, (fields: Fields) => readMedia(fields, 'file')] as const,
  ),
]);

function typeOf(item: unknown): string | undefined {
  return textMember(item, 'type')?.toLowerCase().replaceAll('-', '_');
}

/** Gemini's parts have no type; what they may have beside their content. */
const GEMINI_ASIDES = /^(text|thought|thought_?signature|video_?metadata|media_?resolution|part_?metadata)$/i;
const GEMINI_CONTENT = [
  ...['functionCall', 'function_call', 'functionResponse', 'function_response'],
  ...['inlineData', 'inline_data', 'fileData', 'file_data'],
];

export function isPart(item: unknown): boolean {
  if (typeof item === 'string') return true;
  const type = typeOf(item);
  if (type !== undefined) return TYPES.has(type);
  return isGeminiPart(item);
}

function isGeminiPart(item: unknown): boolean {
  if (!isObject(item) || Object.hasOwn(item, 'role')) return false;
  const told = Object.entries(item).filter(([, value]) => value !== null);
  const isContent = ([name, value]: readonly [string, unknown]) => GEMINI_CONTENT.includes(name) && isObject(value);
  if (told.some(isContent)) return told.every((entry) => isContent(entry) || GEMINI_ASIDES.test(entry[0]));
  return typeof member(item, 'text') === 'string' && told.every(([name]) => GEMINI_ASIDES.test(name));
}

/** Every value becomes a part: JSON at least. */
export function readPart(item: unknown, depth = 0): Part {
  if (typeof item === 'string') return { type: 'text', text: item };
  if (!isObject(item) || depth > DEPTH_MAX) return { type: 'json', value: item };
  const type = typeOf(item);
  const read = type === undefined ? (isGeminiPart(item) ? readGemini : undefined) : TYPES.get(type);
  return read?.(new Fields(item), depth) ?? { type: 'json', value: item };
}

/** A text, a part, or a list of these. */
export function readContent(content: unknown, depth = 0): readonly Part[] {
  if (content === undefined || content === null || content === '') return [];
  if (!Array.isArray(content)) return [readPart(content, depth)];
  return content.some(isPart) ? content.map((item) => readPart(item, depth)) : [{ type: 'json', value: content }];
}

function readText(fields: Fields): Part | undefined {
  const holder = fields.see('text');
  // OpenAI's assistants: `{type: "text", text: {value, annotations}}`.
  const text = isObject(holder) ? textMember(fields.object('text'), 'value') : fields.text('text', 'refusal', 'value');
  fields.drop('type');
  return text === undefined ? undefined : withRest({ type: 'text', text } as const, fields.rest());
}

/** OpenAI gives summaries, Anthropic the thought or, redacted, bytes that only it can read. */
function readThinking(fields: Fields): Part {
  const told = fields.any('thinking', 'text', 'summary', 'reasoning', 'content');
  const texts = Array.isArray(told) ? told : [told];
  const text = texts
    .map((one) => (typeof one === 'string' ? one : (textMember(one, 'text') ?? (one === undefined ? '' : jsonOf(one)))))
    .join('\n\n');
  fields.drop('type');
  return withRest({ type: 'thinking', text } as const, fields.rest());
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Nested too deeply for the browser's own function.
    return '[too deep]';
  }
}

/** OpenAI nests name and arguments under `function`; Vellum all of it under `value`. */
export function readToolCall(outer: Fields): ToolCallPart | undefined {
  const inner = outer.object('function', 'value');
  const fields = inner === undefined ? outer : new Fields(inner);
  const name = fields.text('name', 'toolName', 'tool_name');
  if (name === undefined) return undefined;
  const id =
    outer.text('call_id', 'toolCallId', 'tool_call_id', 'id') ??
    (inner === undefined ? null : (fields.text('id') ?? null));
  const given = fields.any('arguments', 'args', 'input', 'parameters');
  outer.drop('type');
  const rest = { ...outer.rest(), ...(inner === undefined ? {} : fields.rest()) };
  return withRest(
    { type: 'toolCall', id, name, arguments: typeof given === 'string' ? parsed(given) : given } as const,
    Object.keys(rest).length === 0 ? undefined : rest,
  );
}

export function readToolResult(fields: Fields, depth: number): ToolResultPart {
  const id = fields.text('tool_use_id', 'toolCallId', 'tool_call_id', 'call_id', 'id') ?? null;
  const name = fields.text('toolName', 'tool_name', 'name') ?? null;
  const content = fields.any('content', 'output', 'result', 'response');
  const isError = fields.see('is_error') === true || fields.see('isError') === true;
  fields.drop('type', 'is_error', 'isError');
  return withRest(
    { type: 'toolResult', id, name, content: resultContent(content, depth), isError } as const,
    fields.rest(),
  );
}

/** Vercel's `{type: "json", value}` is the value; text that is JSON is shown as such. */
function resultContent(content: unknown, depth: number): readonly Part[] {
  if (typeOf(content) === 'json') return [{ type: 'json', value: member(content, 'value') }];
  if (typeof content !== 'string') return readContent(content, depth + 1);
  const value = parsed(content);
  return typeof value === 'string' ? readContent(value) : [{ type: 'json', value }];
}

function readGemini(fields: Fields, depth: number): Part | undefined {
  const call = fields.object('functionCall', 'function_call');
  const response = call === undefined ? fields.object('functionResponse', 'function_response') : undefined;
  const part =
    call !== undefined
      ? readToolCall(new Fields(call))
      : response !== undefined
        ? readToolResult(new Fields(response), depth)
        : fields.see('thought') === true
          ? ({ type: 'thinking', text: fields.text('text') ?? '' } as const)
          : typeof fields.see('text') === 'string'
            ? ({ type: 'text', text: fields.text('text') ?? '' } as const)
            : undefined;
  if (part === undefined) return call === undefined ? readMedia(fields, 'file') : undefined;
  fields.drop('thought');
  const rest = fields.rest();
  return rest === undefined ? part : { ...part, rest: { ...('rest' in part ? part.rest : {}), ...rest } };
}

/** Objects and lists that came as JSON text; any other text stays one. */
export function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
