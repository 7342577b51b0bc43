/** A short table of what stands out, each row a link to its traces. */

import { Link, useParams } from '@tanstack/react-router';
import { ratio } from '../../charts/change.ts';
import { BarFigure } from '../../charts/figures.tsx';
import { percent, usd, wholeNumber } from '../../ui/format.ts';
import { Answered, Card, Empty } from '../../ui/page.tsx';
import { type Column, RowLink, Table } from '../../ui/table.tsx';
import { Name } from '../../ui/untrusted.tsx';
import styles from './overview.module.css';
import type { TopRow } from './top-rows.ts';

export function TopList({
  title,
  what,
  counted,
  filter,
  asked,
  rows,
  total,
  all,
}: {
  title: string;
  /** `models` */
  what: string;
  /** `Calls` */
  counted: string;
  /** Of traces. */
  filter: 'model' | 'agent' | 'userId';
  asked: { readonly data: object | undefined; readonly error: unknown; readonly refetch: () => unknown };
  rows: readonly TopRow[];
  /** All requests: rows are the most frequent, with their share of it. Absent: the most expensive, with their cost. */
  total?: number;
  /** The page of all of them. */
  all: '/p/$projectId/models' | '/p/$projectId/agents' | '/p/$projectId/users';
}) {
  const { projectId } = useParams({ from: '/p/$projectId' });
  const isByCost = total === undefined;
  const size = (row: TopRow) => (isByCost ? (row.costUsd ?? 0) : row.count);
  const largest = Math.max(...rows.map(size), 0);
  const share = (row: TopRow) => (largest === 0 ? 0 : size(row) / largest);
  const columns: readonly Column<TopRow>[] = [
    {
      id: 'name',
      header: 'Name',
      cell: ({ name }) => (
        <RowLink to="/p/$projectId/traces" params={{ projectId }} search={{ [filter]: [name] }}>
          <Name text={name} charsMax={60} />
        </RowLink>
      ),
    },
    {
      id: 'count',
      header: counted,
      isNumber: true,
      cell: (row) =>
        isByCost ? wholeNumber(row.count) : <BarFigure share={share(row)}>{wholeNumber(row.count)}</BarFigure>,
    },
    isByCost
      ? {
          id: 'cost',
          header: 'Cost',
          isNumber: true,
          cell: (row) => <BarFigure share={share(row)}>{usd(row.costUsd)}</BarFigure>,
        }
      : { id: 'share', header: 'Of all', isNumber: true, cell: ({ count }) => percent(ratio(count, total)) },
  ];
  return (
    <section className={styles.list}>
      <header className={styles.listHead}>
        <h2>{title}</h2>
        <Link to={all} params={{ projectId }}>
          All {what}
        </Link>
      </header>
      <Card isFlush>
        <div className={styles.waiting}>
          <Answered asked={asked} lines={5}>
            {() =>
              rows.length === 0 ? (
                <Empty title={`No ${what} in this time`} />
              ) : (
                <Table label={title} columns={columns} rows={rows} rowKey={({ name }) => name} />
              )
            }
          </Answered>
        </div>
      </Card>
    </section>
  );
}
