/**
 * A conversation in one shape for all vendors and providers. What is not recognised stays JSON, and what stood beside the
 * recognised is in `rest`: nothing is left out and nothing is made up.
 */

import type { JsonObject } from './fields.ts';

interface Rest {
  /** Members that have no place in this shape. */
  readonly rest?: JsonObject;
}

export interface TextPart extends Rest {
  readonly type: 'text';
  readonly text: string;
}

export interface ThinkingPart extends Rest {
  readonly type: 'thinking';
  readonly text: string;
}

export interface ToolCallPart extends Rest {
  readonly type: 'toolCall';
  readonly id: string | null;
  readonly name: string;
  /** Parsed, where they came as JSON text. */
  readonly arguments: unknown;
}

export interface ToolResultPart extends Rest {
  readonly type: 'toolResult';
  /** Of the call. */
  readonly id: string | null;
  readonly name: string | null;
  readonly content: readonly Part[];
  readonly isError: boolean;
}

/** Images, documents, sound. Their bytes are counted and not kept. */
export interface MediaPart extends Rest {
  readonly type: 'image' | 'file';
  readonly url?: string;
  readonly mediaType?: string;
  readonly name?: string;
  /** Of data that came with the message. */
  readonly bytes?: number;
}

export interface JsonPart {
  readonly type: 'json';
  readonly value: unknown;
}

export type Part = TextPart | ThinkingPart | ToolCallPart | ToolResultPart | MediaPart | JsonPart;

export interface Message extends Rest {
  /** `system`, `user`, `assistant`, `tool`, another one as it was sent, in small letters; of data `input` and `output`. */
  readonly role: string;
  /** Of who speaks, where a role has several. */
  readonly name?: string;
  readonly parts: readonly Part[];
}

export interface Reading extends Rest {
  readonly messages: readonly Message[];
}

export const NOTHING: Reading = { messages: [] };

export function withRest<Value extends object>(value: Value, rest: JsonObject | undefined): Value & Rest {
  return rest === undefined ? value : { ...value, rest };
}

const ROLES = new Map([
  ['human', 'user'],
  ['ai', 'assistant'],
  ['model', 'assistant'],
  ['bot', 'assistant'],
  ['function', 'tool'],
  ['developer', 'system'],
  ['function_result', 'tool'],
]);

export function normalRole(role: string): string {
  const small = role.toLowerCase();
  return ROLES.get(small) ?? small;
}
