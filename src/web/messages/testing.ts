/** What the tests of messages have in common: expected parts, and everything that the recorded clients have said. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const text = (words: string) => ({ type: 'text', text: words });
export const call = (id: string | null, name: string, args: unknown) => ({
  type: 'toolCall',
  id,
  name,
  arguments: args,
});
export const result = (id: string | null, name: string | null, ...content: unknown[]) => ({
  ...{ type: 'toolResult', id, name, content, isError: false },
});
export const user = (words: string) => ({ role: 'user', parts: [text(words)] });
export const assistant = (...parts: unknown[]) => ({ role: 'assistant', parts });

/** Every string in a value, however deep; roles, types and base64 data are read and told in other words. */
export function strings(value: unknown, found: Set<string> = new Set()): Set<string> {
  const waiting = [value];
  for (let item = waiting.pop(); item !== undefined || waiting.length > 0; item = waiting.pop()) {
    if (typeof item === 'string') add(item, found, waiting);
    else if (Array.isArray(item)) waiting.push(...item);
    else if (typeof item === 'object' && item !== null)
      for (const [name, inner] of Object.entries(item))
        if (!['type', 'role', 'author', 'lc'].includes(name)) waiting.push(inner);
  }
  return found;
}

/** Arguments come as text and are shown as JSON: compared by what is in them. */
function add(item: string, found: Set<string>, waiting: unknown[]): void {
  if (item === '') return;
  try {
    const value: unknown = JSON.parse(item);
    if (typeof value === 'object' && value !== null) {
      waiting.push(value);
      return;
    }
  } catch {
    // A text.
  }
  found.add(item);
}

export interface Recorded {
  kind: string | null;
  name: string | null;
  model: string | null;
  input: unknown;
  output: unknown;
  params: unknown;
}

export function recordedSpans(): Recorded[] {
  const root = new URL('../../../conformance', import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true })
    .map((file) => join(root, String(file)))
    .filter((file) => file.endsWith('/expected.json') && statSync(file).isFile());
  const found: Recorded[] = [];
  const waiting: unknown[] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  while (waiting.length > 0) {
    const item = waiting.pop();
    if (Array.isArray(item)) waiting.push(...item);
    else if (typeof item === 'object' && item !== null) {
      if ('kind' in item && 'input' in item && 'output' in item) {
        const { kind, name = null, model = null, input, output, params = null } = item as Recorded;
        found.push({ kind, name, model, input, output, params });
      } else waiting.push(...Object.values(item));
    }
  }
  return found;
}
