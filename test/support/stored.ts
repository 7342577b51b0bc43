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
  readonly spans: readonly (Json & { readonly spanId: string })[];
}

export interface Stored {
  readonly events: readonly StoredEvent[];
  readonly traces: readonly StoredTrace[];
}

/** Small enough that most cases have several pages. */
const PAGE_ROWS = 40;

export async function readStored(server: TestServer, key: string): Promise<Stored> {
  const [events, summaries] = await Promise.all([
    pages(server, key, `/events?limit=${PAGE_ROWS}`),
    pages(server, key, `/traces?limit=${PAGE_ROWS}`),
  ]);
  const traces = await Promise.all(
    summaries.map(async (text): Promise<StoredTrace> => {
      const summary: StoredTrace['trace'] = JSON.parse(text);
      const path = `/traces/${encodeURIComponent(summary.traceId)}`;
      const detail = await server.get<StoredTrace>(path, key);
      if (JSON.stringify(detail.trace) !== JSON.stringify(summary))
        throw new Error(`${path} and the list disagree:\n${JSON.stringify(detail.trace)}\n${text}`);
      return detail;
    }),
  );
  return { events: events.map(readEvent), traces };
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
