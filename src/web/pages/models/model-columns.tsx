/** What the list says of a model. */

import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { ModelBody } from '../../../query/list-models.ts';
import { ratio } from '../../charts/change.ts';
import { ago, dayAndTime, duration, percent, shortNumber, usd, wholeNumber } from '../../ui/format.ts';
import type { SortedColumn } from '../../ui/sorted-table.tsx';
import { RowLink } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './models.module.css';
import { PriceCell } from './price-cell.tsx';

export type Model = z.output<typeof ModelBody>;

function costPerThousand({ costUsd, callCount }: Model): number | null {
  const each = ratio(costUsd, callCount);
  return each === null ? null : each * 1000;
}

const failureRate = ({ errorCount, callCount }: Model) => ratio(errorCount, callCount);

export function modelColumns(projectId: string): readonly SortedColumn<Model>[] {
  return [
    {
      id: 'model',
      header: 'Model',
      cell: ({ model, provider }) => (
        <RowLink
          to="/p/$projectId/models"
          params={{ projectId }}
          search={({ provider: _before, ...before }) => ({
            ...before,
            model,
            ...(provider === null ? {} : { provider }),
          })}
          resetScroll={false}
        >
          <Name text={model} charsMax={60} />
        </RowLink>
      ),
      sortBy: ({ model }) => model,
    },
    {
      id: 'provider',
      header: 'Provider',
      from: 'tablet',
      cell: ({ provider }) => <Name text={provider} none="not said" charsMax={40} />,
      sortBy: ({ provider }) => provider,
    },
    {
      id: 'calls',
      header: 'Calls',
      isNumber: true,
      cell: ({ model, callCount }) => (
        <Link
          className={styles.above}
          to="/p/$projectId/traces"
          params={{ projectId }}
          search={{ model: [model] }}
          title="Show the traces with this model"
        >
          {wholeNumber(callCount)}
        </Link>
      ),
      sortBy: ({ callCount }) => callCount,
    },
    {
      id: 'errors',
      header: 'Failed',
      isNumber: true,
      from: 'phone',
      cell: (model) => (
        <span className={model.errorCount > 0 ? styles.error : ''} title={`${wholeNumber(model.errorCount)} calls`}>
          {percent(failureRate(model))}
        </span>
      ),
      sortBy: failureRate,
    },
    {
      id: 'tokens',
      header: 'Tokens',
      isNumber: true,
      from: 'desktop',
      cell: ({ usage }) => (
        <span title={`${wholeNumber(usage.inputTokens)} in, ${wholeNumber(usage.outputTokens)} out`}>
          {shortNumber(usage.totalTokens)}
        </span>
      ),
      sortBy: ({ usage }) => usage.totalTokens,
    },
    {
      id: 'cost',
      header: 'Cost',
      isNumber: true,
      cell: ({ costUsd }) => usd(costUsd),
      sortBy: ({ costUsd }) => costUsd,
    },
    {
      id: 'per-thousand',
      header: 'Cost per 1K calls',
      isNumber: true,
      from: 'desktop',
      cell: (model) => usd(costPerThousand(model)),
      sortBy: costPerThousand,
    },
    {
      id: 'p50',
      header: 'p50',
      isNumber: true,
      from: 'tablet',
      cell: ({ p50DurationMs }) => duration(p50DurationMs),
      sortBy: ({ p50DurationMs }) => p50DurationMs,
    },
    {
      id: 'p95',
      header: 'p95',
      isNumber: true,
      from: 'tablet',
      cell: ({ p95DurationMs }) => duration(p95DurationMs),
      sortBy: ({ p95DurationMs }) => p95DurationMs,
    },
    {
      id: 'price',
      header: 'Price used',
      from: 'tablet',
      cell: (model) => <PriceCell projectId={projectId} model={model} />,
    },
    {
      id: 'last',
      header: 'Last seen',
      isNumber: true,
      from: 'desktop',
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={dayAndTime(lastSeen)}>
          {ago(lastSeen)}
        </time>
      ),
      sortBy: ({ lastSeen }) => lastSeen,
    },
  ];
}
