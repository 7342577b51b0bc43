/** `GET /traces/export`: all traces that match, as a file that is written while they are read, newest first. */

import { createRoute, z } from '@hono/zod-openapi';
import { csvRow } from '../canonical/csv.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { exportPageRows } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { listTraces } from './list-traces.ts';
import { refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { TraceConditions } from './trace-filters.ts';
import type { TraceSummary } from './trace-summary.ts';

const FORMATS = ['csv', 'jsonl'] as const;
type Format = (typeof FORMATS)[number];

export const ExportQuery = z.strictObject({ ...TraceConditions, format: z.enum(FORMATS).default('csv') });
export type ExportQuery = z.infer<typeof ExportQuery>;

const CONTENT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
} as const satisfies Record<Format, string>;

const File = { schema: z.string() };
export const exportTracesRoute = createRoute({
  method: 'get',
  path: '/traces/export',
  summary: 'All traces that match, as a file',
  description: 'The connection breaks when the rest cannot be read: a file that ends as a file should is complete.',
  request: { query: ExportQuery },
  responses: {
    200: { description: 'The file', content: { 'text/csv': File, 'application/jsonl': File } },
    ...refusals,
  },
});

/** Text and lists as JSON; numbers stay numbers. */
const COLUMNS: readonly (readonly [name: string, read: (trace: TraceSummary) => unknown])[] = [
  ['traceId', ({ traceId }) => traceId],
  ['name', ({ name }) => name],
  ['dialect', ({ dialect }) => dialect],
  ['status', ({ status }) => status],
  ['startTime', ({ startTime }) => startTime],
  ['endTime', ({ endTime }) => endTime],
  ['durationMs', ({ durationMs }) => durationMs],
  ['spanCount', ({ spanCount }) => spanCount],
  ['errorCount', ({ errorCount }) => errorCount],
  ['inputTokens', ({ usage }) => usage.inputTokens],
  ['outputTokens', ({ usage }) => usage.outputTokens],
  ['cacheReadTokens', ({ usage }) => usage.cacheReadTokens],
  ['cacheWriteTokens', ({ usage }) => usage.cacheWriteTokens],
  ['reasoningTokens', ({ usage }) => usage.reasoningTokens],
  ['totalTokens', ({ usage }) => usage.totalTokens],
  ['usageSource', ({ usage }) => usage.source],
  ['costUsd', ({ costUsd }) => costUsd],
  ['userId', ({ userId }) => userId],
  ['sessionId', ({ sessionId }) => sessionId],
  ['agentName', ({ agentName }) => agentName],
  ['environment', ({ environment }) => environment],
  ['models', ({ models }) => models],
  ['tags', ({ tags }) => tags],
];

export interface ExportOptions {
  readonly vanishing?: Vanishing | undefined;
  /**
   * The rest could not be read. True: the connection is broken already. The HTTP adapter would write an error of the stream
   * into the file, and end it as if it was complete (@hono/node-server 2.1).
   */
  readonly onBreak?: (error: Error) => boolean;
}

export interface TraceFile {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

/** Resolves when the first page is read: until then a fault can be told with a status. */
export async function exportTraces(
  store: StoreReader,
  project: ProjectId,
  query: ExportQuery,
  { vanishing, onBreak }: ExportOptions = {},
): Promise<TraceFile> {
  const pieces = written(allPages(store, project, query, vanishing), query.format);
  const first = await pieces.next();
  const name = `traces-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.${query.format}`;
  return {
    headers: {
      'content-type': CONTENT_TYPES[query.format],
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    },
    body: streamOf(first, pieces, onBreak),
  };
}

async function* allPages(
  store: StoreReader,
  project: ProjectId,
  query: ExportQuery,
  vanishing: Vanishing | undefined,
): AsyncGenerator<readonly TraceSummary[]> {
  let cursor: string | undefined;
  do {
    const page = await listTraces(store, project, { ...query, cursor, limit: exportPageRows }, vanishing);
    if (page === undefined) throw new Error('a cursor of ours was refused');
    yield page.data;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

async function* written(pages: AsyncIterable<readonly TraceSummary[]>, format: Format): AsyncGenerator<string> {
  let head = format === 'csv' ? csvRow(COLUMNS.map(([name]) => name)) : '';
  for await (const traces of pages) {
    yield head + traces.map((trace) => line(trace, format)).join('');
    head = '';
  }
}

function line(trace: TraceSummary, format: Format): string {
  return format === 'csv' ? csvRow(COLUMNS.map(([, read]) => read(trace))) : `${JSON.stringify(trace)}\n`;
}

/** The next piece is made when the client has taken the last one; an error breaks the stream, and so the connection. */
function streamOf(
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
  onBreak: ExportOptions['onBreak'],
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | undefined = first;
  let isCancelled = false;
  return new ReadableStream({
    async pull(controller) {
      try {
        // A page without matches has nothing to hand over, and a pull that hands over nothing is not asked again.
        for (;;) {
          const { done, value } = next ?? (await rest.next());
          next = undefined;
          // Who has left while it was read takes nothing more, and nothing is broken.
          if (isCancelled) return;
          if (done === true) return controller.close();
          if (value !== '') return controller.enqueue(encoder.encode(value));
        }
      } catch (error) {
        if (isCancelled) return;
        const isBroken = onBreak?.(error instanceof Error ? error : new Error(String(error))) ?? false;
        if (!isBroken) throw error;
        controller.close();
      }
    },
    async cancel() {
      isCancelled = true;
      await rest.return(undefined);
    },
  });
}
