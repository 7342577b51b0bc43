/** `tributary traces`: the newest traces, one per line. */

import { type Command, Option } from 'commander';
import type { TraceSummary } from '../query/trace-summary.ts';
import {
  clientOf,
  dialectOption,
  examples,
  jsonOption,
  type ListFlags,
  readCount,
  readMoment,
  type Surroundings,
} from './command.ts';
import { count, duration, NOTHING, shortTime, statusStyle, usd } from './format.ts';
import { printList } from './print-list.ts';
import type { Column } from './table.ts';

interface TraceFlags extends ListFlags {
  readonly all?: true;
  readonly from?: string;
  readonly to?: string;
  readonly dialect?: string;
  readonly status?: string;
  readonly name?: string;
  readonly user?: string;
  readonly session?: string;
  readonly agent?: string;
  readonly tag?: string;
  readonly search?: string;
}

const STATUSES = ['running', 'ok', 'error', 'paused', 'unknown'] as const satisfies readonly TraceSummary['status'][];

const COLUMNS: readonly Column<TraceSummary>[] = [
  { title: 'start', cell: (trace) => shortTime(trace.startTime) },
  { title: 'status', cell: (trace) => trace.status, style: (trace) => statusStyle(trace.status) },
  { title: 'name', cell: (trace) => trace.name ?? NOTHING, isFlexible: true },
  { title: 'dialect', cell: (trace) => trace.dialect, dropFirst: 4 },
  { title: 'duration', cell: (trace) => duration(trace.durationMs), align: 'right', dropFirst: 5 },
  { title: 'spans', cell: (trace) => count(trace.spanCount), align: 'right', dropFirst: 1 },
  {
    title: 'errors',
    cell: (trace) => count(trace.errorCount),
    style: (trace) => (trace.errorCount > 0 ? 'red' : undefined),
    align: 'right',
    dropFirst: 2,
  },
  { title: 'tokens', cell: (trace) => count(trace.usage.totalTokens), align: 'right', dropFirst: 3 },
  { title: 'cost', cell: (trace) => usd(trace.costUsd), align: 'right', dropFirst: 6 },
  { title: 'trace id', cell: (trace) => trace.traceId },
];

export function addTraces(program: Command, surroundings: Surroundings): void {
  program
    .command('traces')
    .description('list traces, newest first')
    .addOption(new Option('--limit <count>', 'how many').argParser(readCount).default(50))
    .addOption(new Option('--all', 'as many as there are').conflicts('limit'))
    .option('--from <time>', 'started at or after: ISO-8601, or an age like 15m, 2h, 7d', readMoment)
    .option('--to <time>', 'started before', readMoment)
    .addOption(dialectOption('of this vendor'))
    .addOption(new Option('--status <status>', 'in this state').choices(STATUSES))
    .option('--name <name>', 'with exactly this name')
    .option('--user <id>', 'of this user')
    .option('--session <id>', 'of this session')
    .option('--agent <name>', 'of this agent')
    .option('--tag <tag>', 'with this tag')
    .option('--q, --search <words>', 'words that all occur in an input or in an output')
    .addOption(jsonOption('the traces as a JSON array, one per line'))
    .addHelpText(
      'after',
      examples(
        'traces',
        'traces --status error --from 24h',
        'traces --user u-17 --search "refund invoice"',
        'traces --all --json > traces.json',
      ),
    )
    .action(async (flags: TraceFlags, command: Command) => {
      const query = {
        from: flags.from,
        to: flags.to,
        dialect: flags.dialect,
        status: flags.status,
        name: flags.name,
        userId: flags.user,
        sessionId: flags.session,
        agent: flags.agent,
        tag: flags.tag,
        q: flags.search,
      };
      const limit = flags.all === true ? Number.POSITIVE_INFINITY : flags.limit;
      await printList(
        surroundings.terminal,
        clientOf(command, surroundings).pages<TraceSummary>('/traces', query, limit),
        {
          isJson: flags.json === true,
          empty: 'There are no such traces.',
          columns: COLUMNS,
        },
      );
    });
}
