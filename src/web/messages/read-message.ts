/** One message of a list, whoever's client put it there. */

import { Fields, isObject, type JsonObject, member, textMember } from './fields.ts';
import { type Message, normalRole, type Part, withRest } from './message.ts';
import { isPart, readContent, readPart, readToolCall, readToolResult } from './part.ts';

const LANGCHAIN_TYPES: ReadonlySet<string | undefined> = new Set(['human', 'ai', 'system', 'tool', 'function', 'chat']);
/** `HumanMessage`, `AIMessageChunk`: the last name of a serialised LangChain class. */
const LANGCHAIN_CLASS = /^(Human|AI|System|Tool|Function|Chat)Message(Chunk)?$/;
const CONTENT = ['content', 'parts', 'text'];
const CALLS = ['tool_calls', 'toolCalls'];
const RESULTS = ['toolResults', 'tool_results'];

export function isMessage(item: unknown): item is JsonObject {
  if (!isObject(item)) return false;
  if (langchainRole(item) !== undefined) return true;
  const has = (names: readonly string[]) => names.some((name) => Object.hasOwn(item, name));
  if (typeof item.role === 'string' || typeof member(item, 'author') === 'string')
    return has([...CONTENT, ...CALLS, 'function_call', 'tool_call_id', 'refusal']);
  const type = textMember(item, 'type');
  if (type !== undefined) return LANGCHAIN_TYPES.has(type) && has(['content']);
  return isBareAnswer(item);
}

/** WhyOps and Vercel leave the role of an answer out: `{content, toolCalls, finishReason}`, `{text, toolCalls}`. */
function isBareAnswer(item: JsonObject): boolean {
  if (CALLS.some((name) => Array.isArray(member(item, name)))) return true;
  const content = member(item, 'content') ?? member(item, 'text');
  if (typeof content === 'string')
    return ['finishReason', 'finish_reason', 'content', 'response'].some((name) => Object.hasOwn(item, name));
  const parts = member(item, 'content') ?? member(item, 'parts');
  return Array.isArray(parts) && parts.length > 0 && parts.every(isPart);
}

function langchainRole(item: JsonObject): string | undefined {
  const id = member(item, 'id');
  if (!isObject(member(item, 'kwargs')) || !Array.isArray(id)) return undefined;
  const [, role] = LANGCHAIN_CLASS.exec(String(id.at(-1))) ?? [];
  return role?.toLowerCase();
}

/** `roleElse`: of a message that names none. */
export function readMessage(item: JsonObject, roleElse: string): Message {
  const langchain = langchainRole(item);
  if (langchain !== undefined) {
    const outer = new Fields(item);
    const inner = outer.object('kwargs') ?? {};
    outer.drop('lc', 'id', 'type');
    const message = readFields(new Fields(inner), langchain);
    const rest = { ...outer.rest(), ...message.rest };
    return Object.keys(rest).length === 0 ? message : { ...message, rest };
  }
  const type = textMember(item, 'type');
  return readFields(new Fields(item), LANGCHAIN_TYPES.has(type) && type !== undefined ? type : roleElse);
}

function readFields(fields: Fields, roleElse: string): Message {
  const said = normalRole(fields.text('role', 'author') ?? roleElse);
  fields.drop('type');
  const thoughts = fields.text('reasoning_content', 'reasoning', 'thinking');
  const name = fields.text('name');
  const content = readContent(fields.any(...CONTENT));
  const parts: readonly Part[] =
    said === 'tool' && !content.some((part) => part.type === 'toolResult')
      ? [asResult(fields, name, content)]
      : [
          ...(thoughts === undefined || thoughts === '' ? [] : [{ type: 'thinking', text: thoughts } as const]),
          ...content,
          ...refusalOf(fields),
          ...callsOf(fields),
          ...resultsOf(fields),
        ];
  const isAllResults = parts.length > 0 && parts.every((part) => part.type === 'toolResult');
  const role = said === 'user' && isAllResults ? 'tool' : said;
  return withRest({ role, ...(name === undefined || role === 'tool' ? {} : { name }), parts }, fields.rest());
}

/** OpenAI's and LangChain's message of a tool: the whole of it is the result. */
function asResult(fields: Fields, name: string | undefined, content: readonly Part[]): Part {
  const id = fields.text('tool_call_id', 'toolCallId') ?? null;
  const isError = fields.see('is_error') === true || fields.see('status') === 'error';
  const result = readToolResult(new Fields({}), 0);
  const only = content[0];
  const parts =
    content.length === 1 && only?.type === 'text' && only.rest === undefined
      ? readToolResult(new Fields({ content: only.text }), 0).content
      : content;
  return { ...result, id, name: name ?? null, content: parts, isError };
}

function refusalOf(fields: Fields): readonly Part[] {
  const refusal = fields.text('refusal');
  return refusal === undefined || refusal === '' ? [] : [{ type: 'text', text: refusal }];
}

function callsOf(fields: Fields): readonly Part[] {
  const old = fields.object('function_call');
  const kwargs = member(fields.see('additional_kwargs'), 'tool_calls');
  const listed = fields.list(...CALLS) ?? [];
  // LangChain repeats the provider's own calls there.
  const all = listed.length === 0 && Array.isArray(kwargs) ? kwargs : listed;
  return [...(old === undefined ? [] : [old]), ...all].map(
    (call) => (isObject(call) ? readToolCall(new Fields(call)) : undefined) ?? readPart(call),
  );
}

function resultsOf(fields: Fields): readonly Part[] {
  const results = fields.any(...RESULTS);
  if (results === undefined) return [];
  if (Array.isArray(results) && results.length === 0) return [];
  const isListed = Array.isArray(results) && results.every(isPart);
  return isListed ? results.map((result) => readPart(result)) : [readToolResult(new Fields({ content: results }), 0)];
}
