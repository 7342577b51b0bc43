/** Requests that no server should take: they are what the page on intake health is for. */

import { type DemoRequest, post } from './request.ts';

const STRANGER = 'larkfell_old_key_revoked_in_may';

export function refusedRequests(): DemoRequest[] {
  const cut = post('lunary', '/v1/runs/ingest', {});
  return [
    { ...cut, body: '{"events": [{"event": "start", "type": "llm", "runId": "cut-o', refusedWith: 400 },
    {
      ...post('vellum', '/monitoring/v1/events', [{ name: 'node.execution.initiated', id: 'no-span' }]),
      refusedWith: 400,
    },
    {
      ...post('whyops', '/api/events/ingest', {
        eventType: 'llm_response',
        traceId: 't-1',
        agentName: 'trip-planner',
        content: { content: 'Hi' },
      }),
      refusedWith: 400,
    },
    { ...post('weflayr', '/weflayr/larkfell/', { event_type: 'before', model: 'gpt-5-mini' }), refusedWith: 422 },
    {
      ...post('voker', '/api/v1/events', {
        event_name: 'llm',
        fingerprint_id: '00000000-0000-4000-8000-00000000dead',
        properties: {},
      }),
      refusedWith: 404,
    },
    {
      ...post('lunary', '/v1/runs/ingest', { events: [{ event: 'start', type: 'llm', runId: 'stranger' }] }),
      key: STRANGER,
      refusedWith: 401,
    },
  ];
}
