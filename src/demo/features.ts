/** What was written by hand, and where it is: the summary of a load and docs/guide/demo.md list it. */

import type { DialectName } from '../canonical/event.ts';

export interface Feature {
  readonly name: string;
  readonly dialect: DialectName;
  /** Where it is more than a trace. */
  readonly isSession?: true;
  readonly about: string;
}

/** Seed 1 has the short ids that the guide names. */
export function featureId(seed: number, name: string): string {
  return seed === 1 ? `demo-${name}` : `demo-${seed}-${name}`;
}

export const FEATURES: readonly Feature[] = [
  {
    name: 'support-retry',
    dialect: 'lunary',
    about: 'agent, model, a tool that fails twice and then answers, thumb up',
  },
  {
    name: 'support-tool-failed',
    dialect: 'lunary',
    about: 'a tool breaks with a stack, the agent answers anyway, thumb down',
  },
  { name: 'thread', dialect: 'lunary', isSession: true, about: 'a chat over several traces, a thumb each way' },
  { name: 'still-running', dialect: 'lunary', about: 'an agent that waits for its model' },
  { name: 'research-crew', dialect: 'lunary', about: '1 216 spans, agents below agents' },
  { name: 'large-output', dialect: 'lunary', about: 'a tool that answers 300 KB' },
  { name: 'rag', dialect: 'lunary', about: 'embedding, retrieval with scores, answer' },
  { name: 'rag-empty', dialect: 'lunary', about: 'the same with nothing found' },
  { name: 'images', dialect: 'lunary', about: 'a message with an image URL and a base64 image' },
  { name: 'markdown', dialect: 'lunary', about: 'an answer with a table, code and links' },
  { name: 'languages', dialect: 'lunary', about: 'Japanese, Arabic from right to left, emoji' },
  { name: 'json-mode', dialect: 'lunary', about: 'an answer after a JSON schema' },
  { name: 'prompt-cache', dialect: 'lunary', about: 'a prompt mostly read from the cache' },
  { name: 'unknown-fields', dialect: 'lunary', about: 'fields of a newer SDK, kept in the event' },
  { name: 'runaway-loop', dialect: 'whyops', about: 'one search asked 64 times, until the limit' },
  { name: 'conversation', dialect: 'whyops', about: 'three turns with tools' },
  { name: 'workflow', dialect: 'vellum', about: 'nodes, a sub-workflow, logs' },
  { name: 'workflow-rejected', dialect: 'vellum', about: 'a node rejected with a stack' },
  { name: 'workflow-paused', dialect: 'vellum', about: 'waits for an approval' },
  { name: 'workflow-running', dialect: 'vellum', about: 'still in its second node' },
  { name: 'stream', dialect: 'weflayr', about: 'a stream with its time to first token' },
  { name: 'slow-stream', dialect: 'weflayr', about: '15 s until the first token' },
  { name: 'lost-stream', dialect: 'weflayr', about: 'a stream whose end never came' },
  { name: 'rate-limit', dialect: 'weflayr', about: '429 of a provider' },
  { name: 'content-filter', dialect: 'weflayr', about: 'refused by the content filter' },
  { name: 'max-tokens', dialect: 'weflayr', about: 'cut off at 64 tokens' },
  { name: 'reasoning', dialect: 'weflayr', about: '3 136 reasoning tokens' },
  { name: 'voker-session', dialect: 'voker', isSession: true, about: 'a complaint in four events' },
];
