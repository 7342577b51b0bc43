/**
 * Vellum's events have no place for a model or its tokens (`protocols/vellum.md` 11.11). A node that hands a provider's
 * answer on has both in its outputs, as the answer itself or as one of them.
 */

import { asObject, asText, field, type JsonObject } from '../../canonical/json.ts';
import { type Usage, usageOfResponse } from '../../canonical/usage.ts';

export interface ModelUse {
  readonly model: string;
  readonly usage: Usage;
}

/** `undefined` unless a model and its usage stand together: a lone `usage` may be that of a disk. */
export function modelUseOf(outputs: JsonObject | undefined): ModelUse | undefined {
  for (const answer of [outputs, ...Object.values(outputs ?? {}).map(asObject)]) {
    const model = asText(field(answer, 'model')) ?? asText(field(answer, 'modelVersion'));
    const usage = model === undefined ? undefined : usageOfResponse(answer);
    if (model !== undefined && usage !== undefined) return { model, usage };
  }
  return undefined;
}
