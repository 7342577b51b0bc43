/** The input or the output of a span as messages: a text, a message, a list, or a provider's whole request or answer. */

import { Fields, isObject, type JsonObject, member, textMember } from './fields.ts';
import { type Message, NOTHING, normalRole, type Part, type Reading, withRest } from './message.ts';
import { isPart, readPart } from './part.ts';
import { isMessage, readMessage } from './read-message.ts';

/** `roleElse`: of what names no role, `user` for an input and `assistant` for an output. */
export function readMessages(value: unknown, roleElse: string): Reading {
  if (value === undefined || value === null) return NOTHING;
  if (typeof value === 'string') return value === '' ? NOTHING : said(roleElse, [{ type: 'text', text: value }]);
  if (Array.isArray(value)) return { messages: readList(value, roleElse) ?? asJson(value, roleElse) };
  if (!isObject(value)) return { messages: asJson(value, roleElse) };
  return (
    readAnswer(value, roleElse) ??
    readOne(value, roleElse) ??
    readRequest(value, roleElse) ?? { messages: asJson(value, roleElse) }
  );
}

function said(role: string, parts: readonly Part[], rest?: JsonObject): Reading {
  return withRest({ messages: [{ role: normalRole(role), parts }] }, rest);
}

/** Data is nobody's words: it is only what went in or came out. */
const DATA_ROLES = new Map([
  ['user', 'input'],
  ['assistant', 'output'],
]);

function asJson(value: unknown, roleElse: string): readonly Message[] {
  const role = normalRole(roleElse);
  return [{ role: DATA_ROLES.get(role) ?? role, parts: [{ type: 'json', value }] }];
}

/** Parts in a row are one message. `undefined`: it is a list of something else. */
function readList(list: readonly unknown[], roleElse: string): readonly Message[] | undefined {
  if (list.length === 0) return [];
  // LangChain's batches: a list of lists of messages.
  if (list.length <= 100 && list.every((inner) => Array.isArray(inner) && inner.some(isMessage)))
    return list.flatMap((inner) => (Array.isArray(inner) ? (readList(inner, roleElse) ?? []) : []));
  if (!list.some(isMessage) && !list.every(isPart)) return undefined;
  const messages: Message[] = [];
  let loose: Part[] = [];
  let looseRole = '';
  const flush = () => {
    if (loose.length > 0) messages.push({ role: looseRole, parts: loose });
    loose = [];
  };
  for (const item of list) {
    if (isMessage(item)) {
      flush();
      messages.push(readMessage(item, roleElse));
      continue;
    }
    const part = readPart(item);
    const role = roleOfPart(part, roleElse);
    if (role !== looseRole) flush();
    looseRole = role;
    loose.push(part);
  }
  flush();
  return messages;
}

/** Calls and thoughts are the model's, results the tools', also in the flat lists of OpenAI's Responses. */
function roleOfPart(part: Part, roleElse: string): string {
  if (part.type === 'toolResult') return 'tool';
  return part.type === 'toolCall' || part.type === 'thinking' ? 'assistant' : normalRole(roleElse);
}

function readOne(value: JsonObject, roleElse: string): Reading | undefined {
  if (isMessage(value)) return { messages: [readMessage(value, roleElse)] };
  if (isPart(value)) {
    const part = readPart(value);
    return part.type === 'json' ? undefined : said(roleOfPart(part, roleElse), [part]);
  }
  return undefined;
}

/** A provider's answer: OpenAI's `choices` and `output`, Gemini's `candidates` and `outputs`, LangChain's `generations`. */
function readAnswer(value: JsonObject, roleElse: string): Reading | undefined {
  const fields = new Fields(value);
  const choices = fields.list('choices');
  if (choices !== undefined) return answer(choices, fields, readChoice);
  const isCandidates = (list: unknown): list is readonly unknown[] =>
    Array.isArray(list) && list.some((one) => isObject(member(one, 'content')));
  const candidates = fields.take(['candidates'], isCandidates);
  if (candidates !== undefined) return answer(candidates, fields, readCandidate);
  const generations = fields.list('generations');
  if (generations !== undefined) return answer(generations.flat(), fields, readGeneration);
  for (const name of ['output', 'outputs'] as const) {
    const list = value[name];
    if (!Array.isArray(list) || !list.some((item) => isMessage(item) || (isObject(item) && isPart(item)))) continue;
    const messages = readList(fields.list(name) ?? [], 'assistant');
    if (messages !== undefined) return withRest({ messages }, fields.rest());
  }
  const inner = member(value, 'output');
  return typeof inner === 'string' && roleElse === 'assistant'
    ? said('assistant', [{ type: 'text', text: fields.text('output') ?? inner }], fields.rest())
    : undefined;
}

function answer(
  list: readonly unknown[],
  fields: Fields,
  read: (item: JsonObject, fields: Fields) => Message | undefined,
): Reading {
  const messages = list.map((item): Message => {
    if (!isObject(item)) return { role: 'assistant', parts: [readPart(item)] };
    const own = new Fields(item);
    const message = read(item, own) ?? { role: 'assistant', parts: [{ type: 'json', value: item }] };
    if (message.parts[0]?.type === 'json' && message.parts[0].value === item) return message;
    const rest = { ...message.rest, ...own.rest() };
    return Object.keys(rest).length === 0 ? message : { ...message, rest };
  });
  return withRest({ messages }, fields.rest());
}

function readChoice(_: JsonObject, fields: Fields): Message | undefined {
  const message = fields.object('message', 'delta');
  if (message !== undefined) return readMessage(message, 'assistant');
  const text = fields.text('text');
  return text === undefined ? undefined : { role: 'assistant', parts: [{ type: 'text', text }] };
}

function readCandidate(_: JsonObject, fields: Fields): Message | undefined {
  const content = fields.object('content');
  return content === undefined ? undefined : readMessage(content, 'assistant');
}

function readGeneration(_: JsonObject, fields: Fields): Message | undefined {
  const message = fields.object('message');
  if (message !== undefined) {
    const read = readMessage(message, 'assistant');
    // The text is the message's content once more.
    if (read.parts.some((part) => part.type === 'text' && part.text === fields.see('text'))) fields.drop('text');
    return read;
  }
  return readChoice({}, fields);
}

const SYSTEM = ['system', 'instructions', 'systemInstruction', 'system_instruction', 'systemPrompt', 'system_prompt'];
const LISTS = ['messages', 'contents', 'chat_history', 'chatHistory', 'prompts', 'prompt', 'input'];

/** A whole request: `{system, messages}`, `{contents}`, `{prompt}`, `{input}`. */
function readRequest(value: JsonObject, roleElse: string): Reading | undefined {
  const fields = new Fields(value);
  for (const name of LISTS) {
    const list = member(value, name);
    const isTold = Array.isArray(list)
      ? list.some(isMessage) || (list.length > 0 && list.every(isPart))
      : isText(list) || isMessage(list);
    if (!isTold) continue;
    const role = roleElse === 'assistant' && name !== 'messages' ? 'assistant' : roleElse;
    const { messages, rest } = readMessages(fields.any(name), role);
    const system = systemOf(fields);
    const all = [...(system === undefined ? [] : [system]), ...messages];
    return withRest({ messages: all }, rest === undefined ? fields.rest() : { ...fields.rest(), ...rest });
  }
  const text = textMember(value, 'text');
  if (text === undefined) return undefined;
  fields.drop('text');
  return said(roleElse, [{ type: 'text', text }], fields.rest());
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** The instructions that stand beside the messages. `undefined` when they are empty, or no text and no parts. */
export function systemOf(fields: Fields): Message | undefined {
  const isInstruction = (value: unknown): value is unknown =>
    isText(value) || isMessage(value) || (Array.isArray(value) && value.length > 0 && value.every(isPart));
  const told = fields.take(SYSTEM, isInstruction);
  if (told === undefined) return undefined;
  const parts = readMessages(told, 'system').messages.flatMap((message) => message.parts);
  return { role: 'system', parts };
}
