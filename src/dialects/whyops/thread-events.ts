/** The events of a thread in the order of their times, with what only that order tells (`protocols/whyops.md` 4.8, 5.3). */

import { asArray, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { pageRowsMax, traceSpansMax } from '../../limits.ts';
import type { ReadEvent, Reader } from '../reader.ts';
import { type EventFacts, type EventView, factsOf, viewsOf } from './event-view.ts';

/** An event without what it carries: a thread may be long. */
export interface ThreadEvent extends EventFacts, Omit<EventView, 'content' | 'metadata'> {
  /** Place of the stored event, which may be two here. */
  readonly index: number;
  /** A later step came before it. */
  isLate: boolean;
  /** To the next event; null for the last one. */
  durationMs: number | null;
  sinceStartMs: number;
}

export interface Thread {
  readonly events: readonly ThreadEvent[];
  /** The first thing said of each. */
  readonly systemPrompt: string | undefined;
  readonly tools: JsonValue | undefined;
  /** Of the first event. */
  readonly metadata: JsonObject | undefined;
  readonly providerId: string | null;
}

/** `undefined` when nothing is stored of it. The first `traceSpansMax` events of longer threads. */
export async function readThread(traceId: string, reader: Reader): Promise<Thread | undefined> {
  const events: ThreadEvent[] = [];
  let first: EventView | undefined;
  let systemPrompt: string | undefined;
  let tools: JsonValue | undefined;
  let providerId: string | null = null;
  for (let offset = 0; offset < traceSpansMax; offset += pageRowsMax) {
    const page = await reader.events({ traceId, direction: 'asc', limit: pageRowsMax, offset });
    for (const [i, event] of page.events.entries()) {
      for (const view of viewsOf(event)) {
        first ??= view;
        systemPrompt ??= systemPromptOf(view);
        tools ??= toolsOf(view);
        providerId ??= view.providerId;
        events.push(withoutContent(view, offset + i));
      }
    }
    if (offset + pageRowsMax >= page.total) break;
  }
  if (first === undefined) return undefined;
  return { events: inOrder(events), systemPrompt, tools, metadata: first.metadata, providerId };
}

/** The events with their content, for those that are shown with it. */
export async function withContent(
  events: readonly ThreadEvent[],
  traceId: string,
  reader: Reader,
): Promise<ReadonlyMap<string, EventView>> {
  const indexes = events.map(({ index }) => index);
  const first = indexes.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);
  const last = indexes.reduce((a, b) => Math.max(a, b), -1);
  const stored: ReadEvent[] = [];
  for (let offset = first; offset <= last; offset += pageRowsMax) {
    const limit = Math.min(pageRowsMax, last + 1 - offset);
    stored.push(...(await reader.events({ traceId, direction: 'asc', limit, offset })).events);
  }
  return new Map(stored.flatMap(viewsOf).map((view) => [view.id, view]));
}

function withoutContent(view: EventView, index: number): ThreadEvent {
  const { content, metadata, ...rest } = view;
  return { ...rest, ...factsOf(view), index, isLate: false, durationMs: null, sinceStartMs: 0 };
}

function inOrder(events: ThreadEvent[]): ThreadEvent[] {
  const sorted = events.sort((a, b) => a.at - b.at);
  const start = sorted[0]?.at ?? 0;
  let stepMax = 0;
  for (const [i, event] of sorted.entries()) {
    const next = sorted[i + 1];
    event.durationMs = next === undefined ? null : (next.at - event.at) / 1000;
    event.sinceStartMs = (event.at - start) / 1000;
    event.isLate = event.stepId !== null && event.stepId < stepMax;
    stepMax = Math.max(stepMax, event.stepId ?? 0);
  }
  return sorted;
}

/** Where the vendor looks, in its order (4.7). A prompt may come as text or as a list of blocks. */
export function systemPromptOf({ content, metadata }: Pick<EventView, 'content' | 'metadata'>): string | undefined {
  const messages = asArray(at(content, 'messages')) ?? asArray(content) ?? [];
  const system = messages.find((message) => ['system', 'developer'].includes(asText(at(message, 'role')) ?? ''));
  const candidates = [
    at(system, 'content'),
    at(content, 'system'),
    field(metadata, 'systemPrompt'),
    field(metadata, 'system'),
  ];
  return candidates.map(promptText).find((text) => text !== undefined);
}

function promptText(value: JsonValue | undefined): string | undefined {
  const blocks = asArray(value);
  if (blocks === undefined) return asText(value);
  return asText(blocks.flatMap((block) => asText(block) ?? asText(at(block, 'text')) ?? []).join('\n'));
}

export function toolsOf({ content, metadata }: Pick<EventView, 'content' | 'metadata'>): JsonValue | undefined {
  return at(content, 'tools') ?? field(metadata, 'tools') ?? at(metadata, 'params', 'tools') ?? undefined;
}
