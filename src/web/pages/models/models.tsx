/** The models that were called, what they cost and why. */

import { keepPreviousData } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { listModelsRoute } from '../../../query/list-models.ts';
import { useAnswer } from '../../api/project.tsx';
import { useTimeRange } from '../../api/time-range.ts';
import { MoreRows, ROWS_FIRST } from '../../ui/more-rows.tsx';
import { Answered, Card, Empty, Page } from '../../ui/page.tsx';
import { SortedTable } from '../../ui/sorted-table.tsx';
import { type Model, modelColumns } from './model-columns.tsx';
import { ModelPrices } from './model-prices.tsx';

/** Pairs whose texts run together are still two. */
const keyOf = ({ model, provider }: Pick<Model, 'model' | 'provider'>) => JSON.stringify([model, provider]);

export function ModelsPage() {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const { sort, model, provider } = useSearch({ from: '/p/$projectId/models' });
  const { from, to } = useTimeRange();
  const [limit, setLimit] = useState(ROWS_FIRST);
  const columns = useMemo(() => modelColumns(projectId), [projectId]);
  const asked = useAnswer<typeof listModelsRoute>(
    '/models',
    { query: { from, to, limit } },
    { placeholderData: keepPreviousData },
  );
  const chosen = model === undefined ? undefined : keyOf({ model, provider: provider ?? null });
  return (
    <Page
      title="Models"
      text="Each pair of model and provider, as the clients name them. A call is a span that names its model. Choose one to see its prices."
    >
      <Answered asked={asked} lines={10}>
        {({ data, nextCursor }) =>
          data.length === 0 ? (
            <Empty title="No model was called in this time" />
          ) : (
            <>
              <Card isFlush>
                <SortedTable
                  label="Models"
                  columns={columns}
                  rows={data}
                  rowKey={keyOf}
                  isSelected={(row) => keyOf(row) === chosen}
                />
              </Card>
              <MoreRows
                what="models"
                count={data.length}
                hasMore={nextCursor !== null}
                isSorted={sort !== undefined}
                isBusy={asked.isPlaceholderData}
                limit={limit}
                onMore={setLimit}
              />
              <Chosen
                projectId={projectId}
                model={data.find((row) => keyOf(row) === chosen)}
                isChosen={model !== undefined}
              />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function Chosen({ projectId, model, isChosen }: { projectId: string; model: Model | undefined; isChosen: boolean }) {
  if (model !== undefined) return <ModelPrices key={keyOf(model)} projectId={projectId} model={model} />;
  return isChosen ? <Empty title="This model was not called in this time" /> : null;
}
