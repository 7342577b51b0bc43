/** The tools that were called: how often they fail, and how long they take. */

import { keepPreviousData } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { listErrorsRoute } from '../../../query/list-errors.ts';
import type { listToolsRoute } from '../../../query/list-tools.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { MoreRows, ROWS_FIRST } from '../../ui/more-rows.tsx';
import { Answered, Card, Empty, Page } from '../../ui/page.tsx';
import { SortedTable } from '../../ui/sorted-table.tsx';
import { newestFailures } from './failures.ts';
import { toolColumns } from './tool-columns.tsx';

/** The most frequent errors; a tool whose failures are rarer than all of these has no example. */
const ERRORS_ASKED = 200;

export function ToolsPage() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const { sort } = useSearch({ from: '/p/$projectId/tools' });
  const { from, to } = useTimeRange();
  const [limit, setLimit] = useState(ROWS_FIRST);
  const asked = useAnswer<typeof listToolsRoute>(
    '/tools',
    { query: { from, to, limit } },
    { placeholderData: keepPreviousData },
  );
  // Only `/errors` leads from a tool to a span of it: traces are not found by the names of their tools.
  const errors = useAnswer<typeof listErrorsRoute>(
    '/errors',
    { query: { from, to, limit: ERRORS_ASKED } },
    {
      placeholderData: keepPreviousData,
      enabled: asked.data?.data.some(({ errorCount }) => errorCount > 0) === true && !asked.isPlaceholderData,
    },
  );
  const columns = useMemo(
    () => toolColumns(projectId, newestFailures(errors.data?.data ?? [])),
    [projectId, errors.data],
  );
  return (
    <Page title="Tools" text="A call is a span of kind tool.">
      <Answered asked={asked} lines={10}>
        {({ data, nextCursor }) =>
          data.length === 0 ? (
            <Empty title="No tool was called in this time" />
          ) : (
            <>
              <Card isFlush>
                <SortedTable label="Tools" columns={columns} rows={data} rowKey={({ name }) => JSON.stringify(name)} />
              </Card>
              <MoreRows
                what="tools"
                count={data.length}
                hasMore={nextCursor !== null}
                isSorted={sort !== undefined}
                isBusy={asked.isPlaceholderData}
                limit={limit}
                onMore={setLimit}
              />
            </>
          )
        }
      </Answered>
    </Page>
  );
}
