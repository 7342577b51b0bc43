/**
 * What a span tells beside its registers, one top-level key per fact, so that a shallow merge of several events keeps
 * them all. Null counts as absent. Large values (states, snapshots, display contexts) stay in the event's payload.
 */

import { asObject, asText, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { linksOf } from './links.ts';

const BODY_FIELDS = [
  'mocked',
  'redacted',
  'invoked_ports',
  'external_inputs',
  'trigger',
  'server_metadata',
  'prompt_execution_ids',
  'workflow_execution_ids',
] as const;

/** Fields of the parent contexts that are no spans: deployment and release tag, sandbox, API request, trigger. */
const LAUNCH_FIELDS = [
  'deployment_id',
  'deployment_name',
  'deployment_history_item_id',
  'release_tag_id',
  'release_tag_name',
  'workflow_version_id',
  'prompt_version_id',
  'external_id',
  'sandbox_id',
  'sandbox_history_item_id',
  'scenario_id',
  'api_actor_id',
  'api_actor_type',
  'api_actor_label',
  'trigger_id',
] as const;

/** JSON text of the facts, or `undefined` when the event tells none. `launch` is innermost first. */
export function metadataOf(
  event: JsonObject,
  definition: JsonObject | undefined,
  launch: readonly JsonObject[],
): string | undefined {
  const facts: Record<string, JsonValue> = {};
  const put = (key: string, value: JsonValue | undefined): void => {
    if (value !== undefined && value !== null) facts[key] = value;
  };
  put('definition_id', field(definition, 'id'));
  put('definition_module', field(definition, 'module'));
  put('exclude_from_monitoring', field(definition, 'exclude_from_monitoring'));
  // The nearest context speaks last: it is the one that started this execution.
  for (const context of launch.toReversed()) {
    for (const key of LAUNCH_FIELDS) put(key, field(context, key));
    // The caller's own metadata of the execution, sent along with `external_id`.
    put('execution_metadata', field(context, 'metadata'));
  }
  const launchedBy = launch.flatMap((context) => asText(field(context, 'type')) ?? []);
  put('launched_by', launchedBy.length === 0 ? undefined : launchedBy);
  const body = asObject(field(event, 'body'));
  for (const key of BODY_FIELDS) put(key, field(body, key));
  put('error_raw_data', field(asObject(field(body, 'error')), 'raw_data'));
  const links = linksOf(event);
  put('links', links.length === 0 ? undefined : links);
  return Object.keys(facts).length === 0 ? undefined : JSON.stringify(facts);
}
