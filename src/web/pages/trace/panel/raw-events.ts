/** The accepted events of a span, each payload as the text that was sent. */

import type { z } from 'zod';
import type { EventBody } from '../../../../query/list-events.ts';
import { type Api, sendForText } from '../../../api/client.ts';
import { elementTexts, memberText } from './json-slices.ts';

export interface RawEvent extends Omit<z.infer<typeof EventBody>, 'payload'> {
  /** As it was sent. */
  readonly payloadText: string;
  readonly payload: unknown;
}

export interface RawEventsPage {
  readonly events: readonly RawEvent[];
  readonly nextCursor: string | null;
}

export interface WhichEvents {
  readonly traceId: string;
  readonly spanId: string;
  readonly dialect: string;
}

const PAGE_EVENTS = 50;

export async function fetchRawEvents(
  api: Api,
  which: WhichEvents,
  cursor: string | null,
  signal: AbortSignal,
): Promise<RawEventsPage> {
  const query = { ...which, order: 'asc', limit: PAGE_EVENTS, ...(cursor === null ? {} : { cursor }) };
  const headers = { 'x-tributary-dashboard': '1' };
  const text = await sendForText(api.url('/events', {}, query), { headers, signal });
  return readPage(text);
}

/** The body of `GET /events`. */
export function readPage(text: string): RawEventsPage {
  // What the server sends there is its declared answer.
  const { data, nextCursor } = JSON.parse(text) as {
    data: readonly z.infer<typeof EventBody>[];
    nextCursor: string | null;
  };
  const texts = elementTexts(memberText(text, 'data') ?? '[]');
  const events = data.map((event, index) => ({
    ...event,
    payloadText: memberText(texts[index] ?? '{}', 'payload') ?? 'null',
  }));
  return { events, nextCursor };
}
