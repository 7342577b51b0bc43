/**
 * What each row of a transcript says, as far as bodies are here: new messages only, results under their calls, and calls
 * that have a span of their own told by that span.
 */

import type { SpanBody } from '../../../../query/span-body.ts';
import { type FoldedMessage, foldResults } from '../../../messages/fold-results.ts';
import type { Message, Reading, ToolCallPart } from '../../../messages/message.ts';
import { messageKey, resultKey } from '../../../messages/message-key.ts';
import { isModelCall, readSpan } from '../../../messages/read-span.ts';
import { Chain } from './chain.ts';
import { type SpanRow, traceKey } from './rows.ts';

export interface Told {
  readonly messages: readonly FoldedMessage[];
  /** Said before, and sent again with this call. */
  readonly resent: readonly Message[];
  /** Calls in `messages` that a row below tells. */
  readonly executed: ReadonlySet<ToolCallPart>;
  /** Of a step. */
  readonly input?: unknown;
  readonly output?: unknown;
  /** 2 for the second time that a tool is called with the same arguments for the same call. */
  readonly attempt: number;
}

export type Bodies = ReadonlyMap<string, SpanBody>;

const NONE: Told = { messages: [], resent: [], executed: new Set(), attempt: 1 };

/** By the key of the row; rows whose bodies are not here have none. `bodies` are by the key of the `open` row. */
export function tellAll(rows: readonly SpanRow[], bodies: Bodies): ReadonlyMap<string, Told> {
  const teller = new Teller();
  const told = new Map<string, Told>();
  for (const row of rows) {
    const said = teller.tell(row, bodies.get(bodyKey(row)));
    if (said !== undefined) told.set(row.key, said);
  }
  return told;
}

export function bodyKey({ trace, span }: Pick<SpanRow, 'trace' | 'span'>): string {
  return `${traceKey(trace)}|${span.spanId}`;
}

/** Without one, there is nothing to load. */
export function hasBody({ span }: SpanRow): boolean {
  return span.hasInput || span.hasOutput || isModelCall(span);
}

interface WaitingCall {
  readonly part: ToolCallPart;
  readonly argumentsKey: string;
  attempts: number;
}

class Teller {
  readonly #chains = new Map<string, Chain>();
  readonly #calls = new Map<string, WaitingCall[]>();
  readonly #executed = new Set<ToolCallPart>();
  #trace = '';

  tell(row: SpanRow, body: SpanBody | undefined): Told | undefined {
    const trace = traceKey(row.trace);
    if (trace !== this.#trace) {
      this.#trace = trace;
      this.#chains.get('')?.beginTrace();
      this.#calls.clear();
    }
    // What opens is the first word of what is in it.
    const isScope = row.kind === 'open' || row.kind === 'close';
    const chain = this.#chainOf(row, isScope);
    if (body === undefined) {
      if (!hasBody(row)) return NONE;
      chain.hasGap = true;
      return undefined;
    }
    switch (row.kind) {
      case 'open':
        return this.#opening(body, chain);
      case 'close':
        return this.#closing(row, body, chain);
      case 'message':
        return this.#message(body, chain);
      case 'turn':
        return this.#turn(row, body, chain);
      case 'step':
        return this.#step(row, body, chain);
    }
  }

  /** Agents at the root of the traces of a session are in one conversation. */
  #chainOf({ depth, scopeId, span }: SpanRow, isScope: boolean): Chain {
    const isRoot = isScope ? depth === 0 : depth <= 1;
    const id = isRoot ? '' : `${this.#trace}|${isScope ? span.spanId : scopeId}`;
    const chain = this.#chains.get(id) ?? new Chain();
    this.#chains.set(id, chain);
    return chain;
  }

  #opening(body: SpanBody, chain: Chain): Told {
    const { input } = read(body);
    for (const message of input.messages) chain.add(keyOf(message));
    return { ...NONE, messages: shown(input) };
  }

  /** Mostly the last answer once more. */
  #closing(row: SpanRow, body: SpanBody, chain: Chain): Told {
    const { output } = read(body);
    const isRepeat = output.messages.every((message) => chain.has(keyOf(message)));
    if (row.depth > 0) {
      const around = this.#chainOf({ ...row, depth: row.depth }, false);
      around.add(resultKey(body.output));
      for (const message of output.messages) around.add(keyOf(message));
    }
    if (isRepeat) return NONE;
    for (const message of output.messages) chain.add(keyOf(message));
    return { ...NONE, messages: shown(output) };
  }

  #message(body: SpanBody, chain: Chain): Told {
    const { input, output } = read(body);
    const all = together(input, output);
    const [only] = all.messages;
    // Chats report an answer that its call has told already.
    if (all.messages.length === 1 && only?.role === 'assistant' && keyOf(only) === chain.last)
      return { ...NONE, resent: all.messages };
    for (const message of all.messages) chain.add(keyOf(message));
    return { ...NONE, messages: shown(all) };
  }

  #turn(row: SpanRow, body: SpanBody, chain: Chain): Told {
    const { input, output } = read(body);
    const isNew = chain.newOf(input.messages, input.messages.map(keyOf));
    for (const message of output.messages) chain.add(keyOf(message));
    this.#await(row.scopeId, output.messages);
    const fresh = { ...input, messages: input.messages.filter((message) => isNew.has(message)) };
    return {
      messages: shown(together(fresh, output)),
      resent: input.messages.filter((message) => !isNew.has(message)),
      executed: this.#executed,
      attempt: 1,
    };
  }

  #step(row: SpanRow, body: SpanBody, chain: Chain): Told {
    const { span } = row;
    if (span.kind === 'event') {
      const { output } = read(body);
      // A thought of the model, told by an event of its own.
      if (output.messages.some(({ parts }) => parts.some((part) => part.type === 'thinking')))
        return { ...NONE, messages: shown(output) };
    }
    chain.add(resultKey(body.output));
    const attempt = span.kind === 'tool' ? this.#attemptOf(row, body) : 1;
    return { ...NONE, input: body.input, output: body.output, attempt };
  }

  #await(scopeId: string, messages: readonly Message[]): void {
    const waiting = this.#calls.get(scopeId) ?? [];
    for (const part of messages.flatMap(({ parts }) => parts))
      if (part.type === 'toolCall') waiting.push({ part, argumentsKey: resultKey(part.arguments), attempts: 0 });
    this.#calls.set(scopeId, waiting);
  }

  #attemptOf({ scopeId, span }: SpanRow, body: SpanBody): number {
    const named = (this.#calls.get(scopeId) ?? []).filter(({ part }) => part.name === span.name);
    const key = resultKey(body.input);
    const same = named.filter(({ argumentsKey }) => argumentsKey === key);
    const call =
      same.find(({ attempts }) => attempts === 0) ?? same.at(-1) ?? named.find(({ attempts }) => attempts === 0);
    if (call === undefined) return 1;
    call.attempts += 1;
    this.#executed.add(call.part);
    return call.attempts;
  }
}

function shown(reading: Reading): readonly FoldedMessage[] {
  const folded = foldResults(reading.messages);
  const { rest } = reading;
  const last = folded.at(-1);
  // What stood beside the messages stands under the last one.
  if (rest === undefined || last === undefined) return folded;
  return [...folded.slice(0, -1), { ...last, rest: { ...rest, ...last.rest } }];
}

function together(input: Reading, output: Reading): Reading {
  const rest = { ...input.rest, ...output.rest };
  const messages = [...input.messages, ...output.messages];
  return Object.keys(rest).length === 0 ? { messages } : { messages, rest };
}

/** Bodies and messages are never changed, and are asked for each time that another page of bodies comes. */
const readings = new WeakMap<SpanBody, ReturnType<typeof readSpan>>();
const keys = new WeakMap<Message, string>();

function read(body: SpanBody): ReturnType<typeof readSpan> {
  const known = readings.get(body);
  if (known !== undefined) return known;
  const reading = readSpan(body);
  readings.set(body, reading);
  return reading;
}

function keyOf(message: Message): string {
  const known = keys.get(message);
  if (known !== undefined) return known;
  const key = messageKey(message);
  keys.set(message, key);
  return key;
}
