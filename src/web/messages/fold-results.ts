/** Puts each tool's result under its call, as a person reads it: the message that carried it is gone, if it carried nothing else. */

import type { Message, Part, ToolCallPart, ToolResultPart } from './message.ts';

export interface FoldedMessage extends Message {
  /** Results of the calls in `parts`. */
  readonly results: ReadonlyMap<ToolCallPart, readonly ToolResultPart[]>;
  /** Where it stands in the messages as they were sent. */
  readonly index: number;
}

/** By id; where either side names none, the next call of that name, or the next one at all, that has no result yet. */
export function foldResults(messages: readonly Message[]): readonly FoldedMessage[] {
  const waiting: ToolCallPart[] = [];
  const results = new Map<ToolCallPart, ToolResultPart[]>();
  const folded: { message: Message; index: number; parts: readonly Part[] }[] = [];
  messages.forEach((message, index) => {
    const parts = message.parts.filter((part) => {
      if (part.type === 'toolCall') waiting.push(part);
      if (part.type !== 'toolResult') return true;
      const call = callOf(part, waiting);
      if (call === undefined) return true;
      results.set(call, [...(results.get(call) ?? []), part]);
      return false;
    });
    const isGone = parts.length === 0 && message.parts.length > 0 && message.rest === undefined;
    if (!isGone) folded.push({ message, index, parts });
  });
  return folded.map(({ message, index, parts }) => ({ ...message, parts, index, results }));
}

function callOf(result: ToolResultPart, waiting: ToolCallPart[]): ToolCallPart | undefined {
  const { id, name } = result;
  const byId = id === null ? -1 : waiting.findLastIndex((call) => call.id === id);
  // Gemini gives the name in place of an id.
  const byName = waiting.findIndex((call) => (call.id === null || id === null) && call.name === (name ?? id));
  const isNameless = id === null && name === null;
  const at = byId !== -1 ? byId : byName !== -1 ? byName : isNameless ? (waiting.length > 0 ? 0 : -1) : -1;
  return at === -1 ? undefined : waiting.splice(at, 1)[0];
}
