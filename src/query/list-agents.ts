/** `GET /agents`: what traces name as their agent, with its versions, last seen first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { versionsAtOnceMax, versionsPerAgentMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { joinedTraces, tracesByVersion } from './joined.ts';
import { page, refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import {
  type Asked,
  ask,
  Figures,
  type FiguresRow,
  figures,
  TallyFilters,
  type TallyPage,
  TRACE_FIGURES,
  tally,
} from './tally.ts';

export const AgentFilters = z.strictObject(TallyFilters);
export type AgentFilters = z.infer<typeof AgentFilters>;

const Counted = {
  traceCount: z.number(),
  failingTraceCount: z.number().openapi({ description: 'Traces with a span that failed' }),
  ...Figures,
};

export const AgentBody = z
  .object({
    agentName: z.string(),
    ...Counted,
    versions: z.array(z.object({ agentVersion: z.string().nullable(), ...Counted })).openapi({
      description: `Last seen first, ${versionsPerAgentMax} at most; null where no version is named. A span counts for the version that it names itself, else for its trace's; a trace is counted for each version in it`,
    }),
  })
  .openapi('Agent');
export type AgentBody = z.infer<typeof AgentBody>;

export const listAgentsRoute = createRoute({
  method: 'get',
  path: '/agents',
  summary: 'Agents and their versions, last seen first',
  description:
    'Traces are counted for the agent that they name; durations are theirs. `from` and `to` choose traces by their start.',
  request: { query: AgentFilters },
  responses: {
    200: { description: 'A page of agents', content: { 'application/json': { schema: page(AgentBody) } } },
    ...refusals,
  },
});

interface AgentRow extends FiguresRow {
  readonly failing: number;
}
type VersionRow = AgentRow & { readonly version: string };

const AGENT_FIGURES = `countIf(error_count > 0) AS failing, ${TRACE_FIGURES}`;

/** `undefined` when the cursor is not one of ours. */
export async function listAgents(
  store: StoreReader,
  project: ProjectId,
  filters: AgentFilters,
  vanishing?: Vanishing,
): Promise<TallyPage<AgentBody> | undefined> {
  const asked = await ask(store, project, filters, vanishing);
  const agents = `SELECT trace_agent AS key, ${AGENT_FIGURES} FROM (${joinedTraces(asked.scope)})
    WHERE trace_agent != '' AND ${asked.within('started')} GROUP BY trace_agent`;
  // Side by side: each takes most of its time to be planned.
  const [found, some] = await Promise.all([
    tally<AgentRow, AgentRow>(store, agents, asked.params, filters, (row) => row),
    versionsOf(store, asked, undefined),
  ]);
  if (found === undefined) return undefined;
  const keys = found.data.map((row) => row.key);
  const versions = some.length < versionsAtOnceMax ? some : await versionsOf(store, asked, keys);
  return {
    ...found,
    data: found.data.map((row) => ({
      agentName: row.key,
      ...counted(row),
      versions: versions
        .filter((version) => version.key === row.key)
        .map((version) => ({ agentVersion: version.version === '' ? null : version.version, ...counted(version) })),
    })),
  };
}

/** Of these agents, or `versionsAtOnceMax` of all of them. */
async function versionsOf(
  store: StoreReader,
  asked: Asked,
  agents: readonly string[] | undefined,
): Promise<VersionRow[]> {
  const chosen = agents === undefined ? '1' : 'trace_agent IN {agents:Array(String)}';
  return store.select<VersionRow>(
    `SELECT trace_agent AS key, version, ${AGENT_FIGURES} FROM (${tracesByVersion(asked.scope)})
     WHERE ${chosen} AND ${asked.within('trace_started')}
     GROUP BY trace_agent, version ORDER BY last_seen DESC, version DESC LIMIT ${versionsPerAgentMax} BY key
     ${agents === undefined ? `LIMIT ${versionsAtOnceMax}` : ''}`,
    { ...asked.params, agents: agents ?? [] },
  );
}

function counted(row: AgentRow): Omit<AgentBody, 'agentName' | 'versions'> {
  return { traceCount: row.things, failingTraceCount: row.failing, ...figures(row) };
}
