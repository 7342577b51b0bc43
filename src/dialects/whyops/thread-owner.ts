/**
 * Whose threads they are: the agent, version, end user and model that each one began with (`protocols/whyops.md` 4.7).
 * A thread may have several; every event says its own.
 */

import type { Directory } from '../dialect.ts';
import type { Reader, Tally } from '../reader.ts';
import { allGroups, is } from './ask.ts';

export interface ThreadOwner {
  readonly agentName: string | null;
  readonly version: string | null;
  readonly userId: string | null;
  readonly model: string | null;
}

const NOBODY: ThreadOwner = { agentName: null, version: null, userId: null, model: null };
/** A thread with more combinations than its share of these shows the earliest. */
const GROUPS_MAX = 20_000;

export async function ownersOf(traceIds: readonly string[], reader: Reader): Promise<(traceId: string) => ThreadOwner> {
  const owners = new Map<string, ThreadOwner>();
  if (traceIds.length > 0) {
    const groups = await allGroups(
      reader,
      {
        where: is('traceId', ...traceIds),
        by: ['traceId', 'agentName', 'agentVersion', 'userId', 'model'],
        orderBy: { field: 'firstSeen', direction: 'asc' },
      },
      GROUPS_MAX,
    );
    for (const { group } of groups) {
      const [traceId, agentName = null, version = null, userId = null, model = null] = group;
      if (!traceId) continue;
      const known = owners.get(traceId) ?? NOBODY;
      owners.set(traceId, {
        agentName: known.agentName ?? agentName,
        version: known.version ?? (known.agentName === null || known.agentName === agentName ? version : null),
        userId: known.userId ?? userId,
        model: known.model ?? model,
      });
    }
  }
  return (traceId) => owners.get(traceId) ?? NOBODY;
}

export interface Entity {
  readonly agentId: string | null;
  /** The version's id; null when the agent had none then. */
  readonly entityId: string | null;
  readonly entityName: string | null;
  /** What the version consists of, as JSON text. */
  readonly content: string | null;
}

export async function entityOf({ agentName, version }: ThreadOwner, directory: Directory): Promise<Entity> {
  if (agentName === null) return { agentId: null, entityId: null, entityName: null, content: null };
  const agent = await directory.getAgent(agentName);
  const known = version === null ? undefined : await directory.getAgentVersion(agentName, version);
  return {
    agentId: agent?.id ?? null,
    entityId: known?.id ?? null,
    entityName: agentName,
    content: known?.content ?? null,
  };
}

/** The sum of what has a price; null when nothing has. */
export function costOf(groups: readonly Tally[]): number | null {
  const costs = groups.flatMap(({ costUsd }) => costUsd ?? []);
  return costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
}
