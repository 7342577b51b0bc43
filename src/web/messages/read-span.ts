/** What a span says, as messages: its kind and its name tell whose words they are. */

import type { SpanBody } from '../../query/span-body.ts';
import { Fields, isObject, member } from './fields.ts';
import { type Message, NOTHING, normalRole, type Reading } from './message.ts';
import { readMessages, systemOf } from './read-messages.ts';

export type TellingSpan = Pick<SpanBody, 'kind' | 'name' | 'model' | 'input' | 'output' | 'params'>;

export interface SpanReading {
  readonly input: Reading;
  readonly output: Reading;
}

const MESSAGE_ROLES = new Set(['user', 'assistant', 'system', 'tool', 'ai', 'human', 'bot', 'agent', 'developer']);

/** A call of a model, by its kind or because it names one. */
export function isModelCall({ kind, model }: Pick<SpanBody, 'kind' | 'model'>): boolean {
  return kind === 'llm' || (model !== null && kind !== 'embedding');
}

export function readSpan(span: TellingSpan): SpanReading {
  // What a tool takes and gives is data, whatever its members are called.
  if (span.kind === 'tool' || span.kind === 'retriever' || span.kind === 'embedding')
    return { input: data(span.input, 'user'), output: data(span.output, 'tool') };
  const own =
    span.kind === 'message' && MESSAGE_ROLES.has(span.name?.toLowerCase() ?? '') ? (span.name ?? '') : undefined;
  const input = readMessages(span.input, own ?? 'user');
  const system = isModelCall(span) ? systemIn(span.params) : undefined;
  return {
    input: system === undefined ? input : { ...input, messages: [system, ...input.messages] },
    output: readMessages(span.output, own === undefined || normalRole(own) === 'user' ? 'assistant' : own),
  };
}

function data(value: unknown, role: string): Reading {
  if (value === null || value === undefined) return NOTHING;
  return {
    messages: [{ role, parts: [typeof value === 'string' ? { type: 'text', text: value } : { type: 'json', value }] }],
  };
}

/** Anthropic, OpenAI's Responses and Gemini take the instructions beside the messages: dialects keep them in `params`. */
function systemIn(params: unknown): Message | undefined {
  for (const holder of [params, member(params, 'config')]) {
    const system = isObject(holder) ? systemOf(new Fields(holder)) : undefined;
    if (system !== undefined) return system;
  }
  return undefined;
}
