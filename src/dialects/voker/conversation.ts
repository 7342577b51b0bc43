/**
 * A session as the conversation that it was. Clients send the whole history with every call, so each call adds only what
 * the conversation does not end with yet (`protocols/voker.md` 10.11).
 */

import { asObject, field, type JsonObject } from '../../canonical/json.ts';
import { inputMessages, type Message, outputMessages } from './messages.ts';

export interface Call {
  readonly eventId: string;
  readonly timestamp: string;
  readonly properties: JsonObject;
}

export interface Turn {
  readonly message: Message;
  /** The first event that has this message. */
  readonly eventId: string;
  readonly timestamp: string;
}

/** A history that starts in the middle of what is known is a repeat when at least this much of it is known. */
const REPEATED_MESSAGES_MIN = 2;

export class Conversation {
  readonly turns: Turn[] = [];
  /** Of the turns without instructions, which stand at the start of every history. */
  readonly #keys: string[] = [];
  readonly #instructions = new Set<string>();
  chars = 0;

  /** Calls come in the order in which they were made. */
  add(call: Call): void {
    const inputs = inputMessages(call.properties);
    const history: Message[] = [];
    for (const message of inputs) {
      if (isInstruction(message)) this.#instruct(message, call);
      else history.push(message);
    }
    for (const message of history.slice(this.#known(history.map(keyOf)))) this.#say(message, call);
    for (const message of outputMessages(call.properties)) this.#say(message, call);
  }

  #instruct(message: Message, call: Call): void {
    if (this.#instructions.has(message.text)) return;
    this.#instructions.add(message.text);
    this.#push(message, call);
  }

  #say(message: Message, call: Call): void {
    this.#keys.push(keyOf(message));
    this.#push(message, call);
  }

  #push(message: Message, { eventId, timestamp }: Call): void {
    this.turns.push({ message, eventId, timestamp });
    this.chars += message.text.length + message.toolCalls.reduce((sum, call) => sum + call.arguments.length, 0);
  }

  /**
   * How many messages at the start of the history are not new: those that the conversation ends with (a history may be cut
   * at its start), or more that it has anywhere (an answer that was asked for again).
   */
  #known(history: readonly string[]): number {
    const matched = prefixLengths(history, this.#keys);
    const longest = matched.reduce((max, length) => Math.max(max, length), 0);
    return longest >= REPEATED_MESSAGES_MIN ? longest : (matched.at(-1) ?? 0);
  }
}

/** The properties of an event that is a model call. */
export function callProperties(payload: unknown): JsonObject | undefined {
  const event = asObject(payload);
  return field(event, 'event_name') === 'llm' ? asObject(field(event, 'properties')) : undefined;
}

function isInstruction({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function keyOf({ role, text, toolCalls, toolCallId }: Message): string {
  return JSON.stringify([role, text, toolCalls.map((call) => [call.id, call.name]), toolCallId]);
}

/** For each place in `text`, how much of the start of `pattern` ends there (Knuth, Morris, Pratt: linear). */
function prefixLengths(pattern: readonly string[], text: readonly string[]): number[] {
  const failure: number[] = [];
  const step = (matched: number, key: string): number => {
    let length = matched;
    while (length > 0 && (length === pattern.length || pattern[length] !== key)) length = failure[length - 1] ?? 0;
    return pattern[length] === key ? length + 1 : length;
  };
  for (const [i, key] of pattern.entries()) failure.push(i === 0 ? 0 : step(failure[i - 1] ?? 0, key));
  let matched = 0;
  return text.map((key) => {
    matched = step(matched, key);
    return matched;
  });
}
