/** `GET /api/visualize/:traceId/mermaid`: a thread as a sequence diagram. The vendor's leaves tool requests out. */

import type { IntakeRequest, Reply, RouteContext } from '../dialect.ts';
import { type EventType, readEventType } from './event-types.ts';
import { refused } from './reply.ts';
import { readThread, type ThreadEvent } from './thread-events.ts';

const ARROWS: Readonly<Record<EventType, readonly [from: string, arrow: string, to: string]>> = {
  user_message: ['User', '->>', 'Agent'],
  llm_response: ['LLM', '-->>', 'Agent'],
  llm_thinking: ['LLM', '-->>', 'LLM'],
  embedding_request: ['Agent', '->>', 'Embeddings'],
  embedding_response: ['Embeddings', '-->>', 'Agent'],
  tool_call: ['Agent', '->>', 'Tools'],
  tool_call_request: ['Agent', '->>', 'Tools'],
  tool_call_response: ['Tools', '-->>', 'Agent'],
  tool_result: ['Tools', '-->>', 'Agent'],
  error: ['Agent', '-x', 'User'],
};
const LABEL_CHARS_MAX = 80;

export async function getMermaid({ head }: IntakeRequest, { directory, reader }: RouteContext): Promise<Reply> {
  await directory.settled();
  const thread = await readThread(head.params.traceId ?? '', reader);
  if (thread === undefined) return refused({ code: 'not-found', message: 'Trace not found' });
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    stream: lines(thread.events),
  };
}

async function* lines(events: readonly ThreadEvent[]): AsyncGenerator<string> {
  yield 'sequenceDiagram\n';
  for (const name of new Set(events.flatMap(({ eventType }) => endsOf(eventType)))) yield `  participant ${name}\n`;
  for (const event of events) {
    const type = readEventType(event.eventType);
    if (type === undefined) continue;
    const [from, arrow, to] = ARROWS[type];
    yield `  ${from}${arrow}${to}: ${labelOf(event)}\n`;
  }
}

function endsOf(eventType: string): string[] {
  const type = readEventType(eventType);
  if (type === undefined) return [];
  const [from, , to] = ARROWS[type];
  return [from, to];
}

function labelOf({ eventType, model, toolName, stepId }: ThreadEvent): string {
  const what = toolName ?? model;
  const text = what === null ? eventType : `${eventType} ${what}`;
  return `${stepId === null ? '' : `${stepId} `}${plain(text)}`;
}

/** Characters that mean something in a diagram are written as the numbers that Mermaid reads back. */
function plain(text: string): string {
  const escaped = text.replace(/\s+/g, ' ').slice(0, LABEL_CHARS_MAX);
  return escaped.replace(/[#;<>%{}"]/g, (character) => `#${character.charCodeAt(0)};`);
}
