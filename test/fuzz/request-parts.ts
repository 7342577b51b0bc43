/** Queries, headers and path segments. */

import type { Random } from './random.ts';
import type { Seeds } from './seeds.ts';
import { placesOf } from './tree.ts';
import { anyText, NUMBERS, TIMES, WORDS } from './values.ts';

/** What the read routes of any vendor ask for. */
const QUERY_NAMES: readonly string[] = [
  ...[
    'page',
    'limit',
    'offset',
    'count',
    'sortField',
    'sortDirection',
    'startDate',
    'endDate',
    'timeZone',
    'granularity',
  ],
  ...[
    'type',
    'models',
    'tags',
    'status',
    'users',
    'search',
    'metadata',
    'user-props',
    'feedback',
    'date',
    'duration',
    'cost',
  ],
  ...[
    'tokens',
    'templates',
    'tools',
    'retrievers',
    'custom-events',
    'languages',
    'OR',
    'exportFormat',
    'exportType',
    'id',
  ],
  ...[
    'parentRunId',
    'environment',
    'include',
    'eventInclude',
    'eventLimit',
    'eventOffset',
    'cursor',
    'providerId',
    'userId',
  ],
  ...[
    'externalUserId',
    'agentName',
    'agentId',
    'threadId',
    'traceId',
    'spanId',
    'eventType',
    'successRatePeriod',
    'days',
  ],
  ...[
    'traceCountPeriod',
    'name',
    'checks',
    'projectId',
    'interval',
    'format',
    'order',
    'key',
    'sort',
    'from',
    'to',
    'period',
  ],
];
const QUERY_VALUES: readonly string[] = [
  ...[
    '0',
    '1',
    '10',
    '1000',
    '99999999999',
    '-1',
    '1.5',
    'asc',
    'desc',
    'true',
    'llm',
    'thread',
    'trace',
    'day',
    'hour',
  ],
  ...[
    'Europe/Berlin',
    'UTC',
    'Mars/Base',
    'csv',
    'jsonl',
    'ojsonl',
    'gt.0.5',
    'lte.1e400',
    'eq.',
    'total.gt.10',
    'gt.NaN',
  ],
  ...[
    '{"thumb":"up"}',
    '{"thumb":null}',
    '{"comment":""}',
    'key.value',
    'a.b.c.d',
    '..',
    'x%2Cy',
    'gpt-4o,gpt-4',
    'success',
  ],
  ...['2026-01-31T09:30:00Z', '2026-01-31', '7d', '24h', 'content,metadata', 'gte.2026-01-31T09:30:00 02:00'],
];

/** Something that stands in a recording, or a strange text. URLs are decoded to whole characters. */
export function anyPiece(seeds: Seeds, random: Random): string {
  return piece(seeds, random).toWellFormed();
}

function piece(seeds: Seeds, random: Random): string {
  if (random.chance(0.4)) return anyText(random);
  const { tree } = random.pick(placesOf(random.pick(seeds.bodies), () => undefined));
  if (tree.kind !== 'leaf' || !tree.text.startsWith('"')) return random.pick(WORDS);
  return String(JSON.parse(tree.text));
}

export function queryOf(start: string, routeId: string, seeds: Seeds, random: Random): string {
  const query = new URLSearchParams(start);
  // Routes that take events read none.
  const count = random.size(routeId.endsWith('ingest') ? 2 : 7);
  for (let left = count; left > 0; left -= 1) {
    const name = random.chance(0.85) ? random.pick(QUERY_NAMES) : anyText(random);
    const value = random.chance(0.5)
      ? random.pick(QUERY_VALUES)
      : random.chance(0.2)
        ? random.pick([...NUMBERS, ...TIMES.map((time) => time.replaceAll('"', ''))])
        : anyPiece(seeds, random);
    if (random.chance(0.8)) query.append(name, value.slice(0, 4000));
    else query.set(name, '');
  }
  return query.toString();
}

const HEADER_NAMES: readonly string[] = [
  ...[
    'authorization',
    'x-api-key',
    'idempotency-key',
    'user-agent',
    'x-trace-id',
    'x-thread-id',
    'x-agent-name',
    'x-user-id',
  ],
  ...[
    'x-project-id',
    'x-environment-id',
    'x-provider-id',
    'x-external-user-id',
    'x-api-version',
    'x-span-id',
    'content-type',
  ],
];
const HEADER_VALUES: readonly string[] = [
  ...[
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'bearer x',
    'Basic eDp5',
    'Bearer a b c',
    '  Bearer\tk',
    'x'.repeat(4000),
    'null',
    '__proto__',
  ],
  ...[
    '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e',
    '{}',
    '\u00e9',
    'a,b',
    '"quoted"',
    '*',
    '-1',
    'application/json; charset=utf-16',
  ],
];

/** Header values are Latin-1 as Node gives them. */
export function headersOf(start: Readonly<Record<string, string>>, random: Random): Record<string, string> {
  const headers: Record<string, string> = { ...start };
  if (random.chance(0.8)) headers.authorization = 'Bearer trib_fuzz';
  for (let left = random.size(4) - 1; left > 0; left -= 1) {
    const text = random.chance(0.5) ? random.pick(HEADER_VALUES) : anyText(random);
    headers[random.pick(HEADER_NAMES)] = text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 4000);
  }
  return headers;
}
