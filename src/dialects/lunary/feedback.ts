/**
 * Feedback patches (`protocols/lunary.md` 2.7). A patch is `{"feedback":{…}}`; with `"overwrite":true` next to it, it
 * replaces what was said before (the vendor's SDK sends the flag, its server ignores it). Nulls stay: they clear a key.
 */

import { asObject, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';

/** `undefined` when no part is an object: `feedback: null` says nothing, and Python sends it with every event. */
export function feedbackPatch(parts: readonly (JsonValue | undefined)[], overwrite: boolean): string | undefined {
  const objects = parts.map(asObject).filter((part) => part !== undefined);
  const feedback = withThumb(Object.fromEntries(objects.flatMap((part) => Object.entries(part))));
  if (objects.length === 0 || (!overwrite && Object.keys(feedback).length === 0)) return undefined;
  return JSON.stringify(overwrite ? { overwrite, feedback } : { feedback });
}

/** Old SDKs say `thumbs`. The payload keeps what was sent. */
function withThumb(feedback: JsonObject): JsonObject {
  const { thumbs, ...rest } = feedback;
  if (thumbs === undefined || field(feedback, 'thumb') !== undefined) return rest;
  return { ...rest, thumb: thumbs };
}
