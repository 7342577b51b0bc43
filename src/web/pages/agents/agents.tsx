/** The agents, and the versions of one of them side by side. */

import { keepPreviousData } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { listAgentsRoute } from '../../../query/list-agents.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { MoreRows, ROWS_FIRST } from '../../ui/more-rows.tsx';
import { Answered, Card, Empty, Page } from '../../ui/page.tsx';
import { SortedTable } from '../../ui/sorted-table.tsx';
import { agentColumns } from './agent-columns.tsx';
import { SideBySide } from './side-by-side.tsx';
import type { Agent } from './versions.ts';

export function AgentsPage() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const { sort } = useSearch({ from: '/p/$projectId/agents' });
  const { from, to } = useTimeRange();
  const [limit, setLimit] = useState(ROWS_FIRST);
  const asked = useAnswer<typeof listAgentsRoute>(
    '/agents',
    { query: { from, to, limit } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page title="Agents" text="Those that traces name as their agent. Choose one to compare its versions.">
      <Answered asked={asked} lines={10}>
        {({ data, nextCursor }) => (
          <>
            {data.length === 0 ? (
              <Empty title="No agents in this time" text="Clients say with an agent's name which one made a trace." />
            ) : (
              <List projectId={projectId} agents={data} />
            )}
            <MoreRows
              what="agents"
              count={data.length}
              hasMore={nextCursor !== null}
              isSorted={sort !== undefined}
              isBusy={asked.isPlaceholderData}
              limit={limit}
              onMore={setLimit}
            />
            <Chosen projectId={projectId} agents={data} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function List({ projectId, agents }: { projectId: string; agents: readonly Agent[] }) {
  const { agent: chosen } = useSearch({ from: '/p/$projectId/agents' });
  return (
    <Card isFlush>
      <SortedTable
        label="Agents"
        columns={agentColumns(projectId)}
        rows={agents}
        rowKey={({ agentName }) => agentName}
        isSelected={({ agentName }) => agentName === chosen}
      />
    </Card>
  );
}

function Chosen({ projectId, agents }: { projectId: string; agents: readonly Agent[] }) {
  const { agent: name } = useSearch({ from: '/p/$projectId/agents' });
  // With one agent there is nothing to choose.
  const [only, second] = agents;
  const shown = name === undefined && second === undefined ? only : agents.find(({ agentName }) => agentName === name);
  if (shown !== undefined) return <SideBySide projectId={projectId} agent={shown} />;
  if (name === undefined) return null;
  return (
    <Empty
      title="This agent has no traces in this time"
      action={
        <Link to="/p/$projectId/agents" params={{ projectId }} search={{}}>
          Show none
        </Link>
      }
    />
  );
}
