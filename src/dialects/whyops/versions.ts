/**
 * Which version of its agent an event is from: the one that stood when the request came. It is looked up then and logged
 * with the request, so that loading it later, or again, says the same.
 *
 * A trace may hold several agents and versions, each event says its own. A project can ask for the vendor's rule instead:
 * a trace belongs to the agent and version of its first stored event, and others get 409 (`protocols/whyops.md` 4.6).
 */

import { asObject, asText, field, type JsonObject } from '../../canonical/json.ts';
import { type Fault, type Outcome, ok } from '../../canonical/outcome.ts';
import type { DecodedItem, Directory, IntakeRequest, RequestHead, RouteContext } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';
import type { Reader } from '../reader.ts';
import { allGroups, is } from './ask.ts';

/** Ours alone: what a client sends under this name is replaced. */
export const VERSIONS_HEADER = 'x-tributary-agent-versions';

/** Traces that one question is about. */
const TRACES_PER_QUESTION = 500;
/** Agents and versions of those traces; where the rule holds, a trace has one. */
const GROUPS_MAX = 20_000;

export async function stampVersions(
  request: IntakeRequest,
  items: readonly DecodedItem[],
  { directory, reader }: RouteContext,
): Promise<Outcome<RequestHead>> {
  const events = items.flatMap((item) => (item.ok ? [item.value] : []));
  const versions = currentVersions(events, directory);
  if ((await directory.settings()).strictAgentVersions) {
    await directory.settled();
    const fault = await conflictOf(events, versions, reader);
    if (fault !== undefined) return { ok: false, fault };
  }
  const stamp = versions.size === 0 ? undefined : JSON.stringify(Object.fromEntries(versions));
  return ok({ ...request.head, headers: { ...request.head.headers, [VERSIONS_HEADER]: stamp } });
}

/** By agent; agents that were never registered have none. */
export function loggedVersions(head: RequestHead): ReadonlyMap<string, string> {
  const parsed = parseJson(head.headers[VERSIONS_HEADER] ?? '{}');
  const versions = parsed.ok ? Object.entries(asObject(parsed.value) ?? {}) : [];
  return new Map(versions.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}

function currentVersions(events: readonly JsonObject[], directory: Directory): Map<string, string> {
  const versions = new Map<string, string>();
  for (const name of new Set(events.map(agentOf))) {
    const version = directory.currentAgentVersion(name);
    if (version !== undefined) versions.set(name, version);
  }
  return versions;
}

/** What a trace is bound to. A trace whose agent had no version yet takes the first one that comes. */
interface Binding {
  readonly agentName: string;
  version: string | undefined;
}

async function conflictOf(
  events: readonly JsonObject[],
  versions: ReadonlyMap<string, string>,
  reader: Reader,
): Promise<Fault | undefined> {
  const bindings = await storedBindings([...new Set(events.map(traceOf))], reader);
  for (const event of events) {
    const [traceId, agentName] = [traceOf(event), agentOf(event)];
    const version = versions.get(agentName);
    const bound = bindings.get(traceId);
    if (bound === undefined) bindings.set(traceId, { agentName, version });
    else if (bound.agentName !== agentName) return conflict(traceId, `agent ${bound.agentName}`);
    else if (bound.version === undefined) bound.version = version;
    else if (version !== undefined && bound.version !== version) return conflict(traceId, `version ${bound.version}`);
  }
  return undefined;
}

function conflict(traceId: string, owner: string): Fault {
  return { code: 'conflict', message: `Trace ${traceId} is bound to ${owner}; start a new trace` };
}

async function storedBindings(traceIds: readonly string[], reader: Reader): Promise<Map<string, Binding>> {
  const bindings = new Map<string, Binding>();
  for (let i = 0; i < traceIds.length; i += TRACES_PER_QUESTION) {
    const groups = await allGroups(
      reader,
      {
        where: is('traceId', ...traceIds.slice(i, i + TRACES_PER_QUESTION)),
        by: ['traceId', 'agentName', 'agentVersion'],
        orderBy: { field: 'firstSeen', direction: 'asc' },
      },
      GROUPS_MAX,
    );
    for (const { group } of groups) {
      const [traceId, agentName, version] = group;
      if (!traceId || !agentName) continue;
      const bound = bindings.get(traceId);
      if (bound === undefined) bindings.set(traceId, { agentName, version: version ?? undefined });
      else if (bound.agentName === agentName) bound.version ??= version ?? undefined;
    }
  }
  return bindings;
}

function agentOf(event: JsonObject): string {
  return asText(field(event, 'agentName')) ?? '';
}

function traceOf(event: JsonObject): string {
  return asText(field(event, 'traceId')) ?? '';
}
