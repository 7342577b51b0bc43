/**
 * Vellum's "Create Monitoring Event": `POST /monitoring/v1/events`, one event or a list, all or nothing; and reading an
 * execution back. Source: docs/dialects/vellum.md.
 */

import { elementTexts } from '../../canonical/json-text.ts';
import type { Dialect, EventRoute, ResourceRoute } from '../dialect.ts';
import { credential, refused } from './answers.ts';
import { decode } from './decode.ts';
import { executionDetail } from './detail.ts';
import { vellumEvent } from './map.ts';

const events: EventRoute = {
  kind: 'events',
  id: 'vellum.events',
  method: 'POST',
  path: '/monitoring/v1/events',
  answersAfter: 'log',
  loggedHeaders: [],
  credential,
  decode,
  outline: () => ({}),
  events(request, items, context) {
    const texts = elementTexts(request.text);
    return items.flatMap((item, i) =>
      item.ok ? [vellumEvent(item.value, texts?.[i] ?? request.text, context.receivedAt)] : [],
    );
  },
  // Both clients fail without a number in `count`; an event that was sent before counts again.
  accepted: ({ items }) => ({ status: 200, body: { success: true, count: items.length } }),
  refused,
};

/**
 * The address that the Python SDK prints after a run (`protocols/vellum.md` 6). It asks for nothing, so it tells nothing:
 * the page behind it does the asking.
 */
const executionPage: ResourceRoute = {
  kind: 'resource',
  id: 'vellum.execution-page',
  method: 'GET',
  path: '/workflows/executions/:spanId',
  scope: 'public',
  credential,
  handle: async ({ head }) => ({
    status: 302,
    headers: { location: `/traces/${encodeURIComponent(head.params.spanId ?? '')}` },
  }),
  refused,
};

export const vellum: Dialect = { name: 'vellum', routes: [events, executionDetail, executionPage] };
