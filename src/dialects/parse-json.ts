/** JSON bodies, parsed the same way by every dialect. */

import type { JsonValue } from '../canonical/json.ts';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';

/** Parser messages quote the input at length; one line is enough for the caller. */
const MESSAGE_CHARS_MAX = 200;

export function parseJson(text: string): Outcome<JsonValue> {
  try {
    const value: JsonValue = JSON.parse(text);
    return ok(value);
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, MESSAGE_CHARS_MAX) : 'not JSON';
    return refuse('malformed-json', `The body is not JSON: ${message}`);
  }
}

/** The word behind the scheme of an Authorization header; the scheme itself is not checked (`protocols/lunary.md` 1.1). */
export function credentialOf(authorization: string | undefined): string | undefined {
  const [, word] = authorization?.trim().split(/\s+/, 2) ?? [];
  return word === '' ? undefined : word;
}
