/** What a message span says, as the vendor's threads show it (`protocols/lunary.md` 2.8). */

import { field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { ReadSpan } from '../reader.ts';

export interface ChatMessage {
  readonly side: 'input' | 'output';
  readonly message: JsonObject;
}

/** Kept next to the message, and no part of it. */
const ABOUT_THE_MESSAGE = ['messageId', 'threadMetadata', 'extra', 'metadata', 'runtime', 'templateId'];

/** One message; a run of the deprecated chat API is a question and its answer. */
export function messagesOf(span: ReadSpan): readonly ChatMessage[] {
  if (span.kind !== 'message') return [];
  const sides = [
    { side: 'input', content: span.input, role: span.name ?? 'user' },
    { side: 'output', content: span.output, role: span.name ?? 'assistant' },
  ] as const;
  const said = sides.filter(({ content }) => content !== null);
  // A message without content (a model that only calls tools) is one all the same.
  const shown = said.length === 0 && span.name !== null ? sides.slice(1) : said;
  return shown.map(({ side, content, role }) => ({ side, message: { role, content, ...restOf(span) } }));
}

function restOf(span: ReadSpan): JsonObject {
  const { metadata } = span;
  const own = field(metadata, 'metadata') ?? field(metadata, 'extra') ?? null;
  const rest = Object.entries(metadata).filter(([name]) => !ABOUT_THE_MESSAGE.includes(name));
  const more: readonly (readonly [string, JsonValue | undefined])[] = own === null ? [] : [['metadata', own]];
  return Object.fromEntries([...rest, ...more]);
}
