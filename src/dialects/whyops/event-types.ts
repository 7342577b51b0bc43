/** The ten event types and what their metadata must hold (`protocols/whyops.md` 3). */

export const EVENT_TYPES = [
  'user_message',
  'llm_response',
  'llm_thinking',
  'embedding_request',
  'embedding_response',
  'tool_call',
  'tool_call_request',
  'tool_call_response',
  'tool_result',
  'error',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const NAMES = new Map<unknown, EventType>(EVENT_TYPES.map((name) => [name, name]));

export function readEventType(value: unknown): EventType | undefined {
  return NAMES.get(value);
}

/** `metadata.tool` must be there and not null. The legacy `tool_call` may come without it. */
export const NEEDS_TOOL: ReadonlySet<EventType> = new Set(['tool_call_request', 'tool_call_response']);

/** `metadata.model` and `metadata.provider` must be non-empty text. */
export const NEEDS_MODEL: ReadonlySet<EventType> = new Set(['llm_response', 'embedding_response']);
