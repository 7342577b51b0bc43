/** What a project holds after a replay, read through the own API. */

import { elementTexts, memberText } from '../../src/canonical/json-text.ts';
import type { Json } from './compare.ts';
import type { TestServer } from './server.ts';

export interface StoredEvent {
  readonly eventId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly timestamp: string;
  readonly receivedAt: string;
  readonly payload: unknown;
  /** The payload's text in the answer. */
  readonly text: string;
}

export interface StoredTrace {
  readonly trace: Json & { readonly traceId: string };
  /** Absent when they were not asked for. */
  readonly spans: readonly (Json & { readonly spanId: string })[] | undefined;
}

export interface Stored {
  readonly events: readonly StoredEvent[];
  readonly traces: readonly StoredTrace[];
}

/** Small enough that most cases have several pages. */
const PAGE_ROWS = 40;

/** `wantsSpans`: reading a trace's spans takes longer than all the rest. */
export async function readStored(
  server: TestServer,
  key: string,
  wantsSpans: (trace: { readonly events: number }) => boolean = () => true,
): Promise<Stored> {
  const [eventTexts, summaries] = await Promise.all([
    pages(server, key, `/events?limit=${PAGE_ROWS}`),
    pages(server, key, `/traces?limit=${PAGE_ROWS}`),
  ]);
  const events = eventTexts.map(readEvent);
  const counts = new Map<string, number>();
  for (const { traceId } of events) counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
  const traces = summaries.map(async (text): Promise<StoredTrace> => {
    const trace: StoredTrace['trace'] = JSON.parse(text);
    if (!wantsSpans({ events: counts.get(trace.traceId) ?? 0 })) return { trace, spans: undefined };
    const path = `/traces/${encodeURIComponent(trace.traceId)}?dialect=${String(trace.dialect)}`;
    const detail = await server.get<StoredTrace>(path, key);
    if (JSON.stringify(detail.trace) !== JSON.stringify(trace))
      throw new Error(`${path} and the list disagree:\n${JSON.stringify(detail.trace)}\n${text}`);
    return detail;
  });
  return { events, traces: await Promise.all(traces) };
}

function readEvent(text: string): StoredEvent {
  return { ...(JSON.parse(text) as Omit<StoredEvent, 'text'>), text: memberText(text, 'payload') ?? '' };
}

/** The texts of all items: `JSON.parse` would hide how a payload is spelled. */
async function pages(server: TestServer, key: string, path: string): Promise<string[]> {
  const items: string[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const response: Response = await fetch(`${server.url}/api/tributary/v1${path}${next}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text}`);
    items.push(...(elementTexts(memberText(text, 'data') ?? '') ?? []));
    cursor = JSON.parse(memberText(text, 'nextCursor') ?? 'null') as string | null;
  } while (cursor !== null);
  return items;
}
