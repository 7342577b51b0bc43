/** Requests and contexts for the tests of this folder. */

import type { IntakeRequest, LoadContext } from '../dialect.ts';

export const RECEIVED_AT = Date.UTC(2026, 0, 31, 9, 30) * 1000;

export function request(body: unknown, headers: Record<string, string> = {}): IntakeRequest {
  const head = { method: 'POST', params: {}, query: new URLSearchParams(), headers };
  return { head, text: typeof body === 'string' ? body : JSON.stringify(body), receivedAt: RECEIVED_AT };
}

export const context: LoadContext = { receivedAt: RECEIVED_AT, newEventId: (index) => `event-${index}` };
