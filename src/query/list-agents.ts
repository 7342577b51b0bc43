/** `GET /agents`: what traces name as their agent, with its versions, last seen first. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros } from '../canonical/time.ts';
import { versionsPerAgentMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { agentVersions, joinedTraces, USAGE_SUMS } from './joined.ts';
import { page, refusals, UsageBody } from './schemas.ts';
import {
  type Asked,
  ask,
  CostUsd,
  MEASURED,
  type MeasuredRow,
  Percentiles,
  percentiles,
  Seen,
  TallyFilters,
  type TallyPage,
  type TallyRow,
  tally,
} from './tally.ts';
import { usageBody } from './trace-summary.ts';

export const AgentFilters = z.object(TallyFilters);
export type AgentFilters = z.infer<typeof AgentFilters>;

const Counted = {
  traceCount: z.number(),
  errorCount: z.number().openapi({ description: 'Spans that failed' }),
  ...Percentiles,
  usage: UsageBody,
  costUsd: CostUsd,
  ...Seen,
};

export const AgentBody = z
  .object({
    agentName: z.string(),
    ...Counted,
    versions: z.array(z.object({ agentVersion: z.string().nullable(), ...Counted })).openapi({
      description: `Last seen first, ${versionsPerAgentMax} at most; null where the traces name no version`,
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

interface Row extends TallyRow, MeasuredRow {
  readonly trace_count: number;
  readonly errors: number;
  readonly counts: readonly number[];
  readonly first_seen: number;
}
type VersionRow = Row & { readonly version: string };

const COUNTED = `count() AS trace_count, sum(error_count) AS errors, ${USAGE_SUMS} AS counts, ${MEASURED},
  min(started) AS first_seen, max(seen) AS last_seen`;

/** `undefined` when the cursor is not one of ours. */
export async function listAgents(
  store: StoreReader,
  project: ProjectId,
  filters: AgentFilters,
): Promise<TallyPage<AgentBody> | undefined> {
  const asked = await ask(store, project, filters);
  const agents = `SELECT trace_agent AS key, ${COUNTED} FROM (${joinedTraces(asked.scope)})
    WHERE trace_agent != '' AND ${asked.within('started')} GROUP BY trace_agent`;
  const found = await tally<Row, Row>(store, agents, asked.params, filters, (row) => row);
  if (found === undefined) return undefined;
  const versions = await versionsOf(
    store,
    asked,
    found.data.map((row) => row.key),
  );
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

async function versionsOf(store: StoreReader, asked: Asked, agents: readonly string[]): Promise<VersionRow[]> {
  if (agents.length === 0) return [];
  return store.select<VersionRow>(
    `SELECT trace_agent AS key, version, ${COUNTED} FROM (${joinedTraces(asked.scope)}) AS traces
     LEFT JOIN (${agentVersions(asked.scope)}) AS versions
       ON versions.trace_key = traces.trace_key AND versions.agent_name = traces.trace_agent
     WHERE trace_agent IN {agents:Array(String)} AND ${asked.within('started')}
     GROUP BY trace_agent, version ORDER BY last_seen DESC, version DESC LIMIT ${versionsPerAgentMax} BY key`,
    { ...asked.params, agents },
  );
}

function counted(row: Row): Omit<AgentBody, 'agentName' | 'versions'> {
  return {
    traceCount: row.trace_count,
    errorCount: row.errors,
    ...percentiles(row),
    usage: usageBody(row.counts),
    costUsd: null,
    firstSeen: isoFromMicros(row.first_seen),
    lastSeen: isoFromMicros(row.last_seen),
  };
}
