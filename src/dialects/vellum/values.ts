/** Inputs and outputs as the clients know them: a list of named and typed values. */

import { derivedUuid } from '../../canonical/ids.ts';
import { asObject, asText, type JsonObject, type JsonValue } from '../../canonical/json.ts';

/**
 * The ids of a workflow's variables are not in its events; one that is the same in every execution of its definition
 * stands in.
 */
export function valuesOf(object: JsonValue, definitionId: JsonValue | undefined): JsonObject[] {
  return Object.entries(asObject(object) ?? {}).map(([name, value = null]) => ({
    id: derivedUuid('vellum-variable', asText(definitionId) ?? '', name),
    name,
    type: typeof value === 'string' ? 'STRING' : typeof value === 'number' ? 'NUMBER' : 'JSON',
    value,
  }));
}
