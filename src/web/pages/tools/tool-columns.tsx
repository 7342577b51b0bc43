/** What the list says of a tool. */

import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { ToolBody } from '../../../query/list-tools.ts';
import { ratio } from '../../charts/change.ts';
import { BarFigure } from '../../charts/figures.tsx';
import { ago, dayAndTime, duration, percent, wholeNumber } from '../../ui/format.ts';
import type { SortedColumn } from '../../ui/sorted-table.tsx';
import { Name, oneLine } from '../../ui/untrusted.tsx';
import type { Failure } from './failures.ts';

type Tool = z.output<typeof ToolBody>;

const failureRate = ({ errorCount, callCount }: Tool) => ratio(errorCount, callCount);

export function toolColumns(
  projectId: string,
  failures: ReadonlyMap<string | null, Failure>,
): readonly SortedColumn<Tool>[] {
  return [
    {
      id: 'tool',
      header: 'Tool',
      cell: ({ name }) => <Name text={name} none="without a name" charsMax={60} />,
      sortBy: ({ name }) => name,
    },
    {
      id: 'calls',
      header: 'Calls',
      isNumber: true,
      cell: ({ callCount }) => wholeNumber(callCount),
      sortBy: ({ callCount }) => callCount,
    },
    {
      id: 'failed',
      header: 'Failed',
      isNumber: true,
      from: 'phone',
      cell: ({ errorCount }) => wholeNumber(errorCount),
      sortBy: ({ errorCount }) => errorCount,
    },
    {
      id: 'rate',
      header: 'Failure rate',
      isNumber: true,
      cell: (tool) => (
        <BarFigure share={failureRate(tool)} tone="error">
          {percent(failureRate(tool))}
        </BarFigure>
      ),
      sortBy: failureRate,
    },
    ...durations(),
    {
      id: 'example',
      header: 'Newest failure',
      from: 'tablet',
      cell: ({ name, errorCount }) => {
        const failure = failures.get(name);
        return failure === undefined || errorCount === 0 ? null : <Example projectId={projectId} failure={failure} />;
      },
    },
    {
      id: 'last',
      header: 'Last seen',
      isNumber: true,
      from: 'tablet',
      cell: ({ lastSeen }) => (
        <time dateTime={lastSeen} title={dayAndTime(lastSeen)}>
          {ago(lastSeen)}
        </time>
      ),
      sortBy: ({ lastSeen }) => lastSeen,
    },
  ];
}

function durations(): readonly SortedColumn<Tool>[] {
  const of = (id: string, figureOf: (tool: Tool) => number | null, from: 'phone' | 'tablet'): SortedColumn<Tool> => ({
    ...{ id, header: id, isNumber: true, from, sortBy: figureOf },
    cell: (tool) => duration(figureOf(tool)),
  });
  return [
    of('p50', ({ p50DurationMs }) => p50DurationMs, 'tablet'),
    of('p95', ({ p95DurationMs }) => p95DurationMs, 'phone'),
    of('p99', ({ p99DurationMs }) => p99DurationMs, 'tablet'),
  ];
}

function Example({ projectId, failure }: { projectId: string; failure: Failure }) {
  const { traceId, spanId, dialect, message } = failure;
  return (
    <Link
      to="/p/$projectId/traces/$traceId"
      params={{ projectId, traceId }}
      search={{ span: spanId, dialect }}
      title={oneLine(message ?? '', 300)}
    >
      <Name text={message} none="show" charsMax={50} />
    </Link>
  );
}
