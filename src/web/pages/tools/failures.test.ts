import { expect, it } from 'vitest';
import { newestFailures } from './failures.ts';

const group = (name: string | null, lastSeen: string, kind = 'tool') => ({
  ...{ type: null, message: `${name} at ${lastSeen}`, count: 1, traceCount: 1, model: null },
  ...{ kind, name, firstSeen: lastSeen, lastSeen, traceId: `t-${lastSeen}`, dialect: 'lunary', spanId: 's' },
});

it('finds the newest failure of each tool, and of nothing else', () => {
  const found = newestFailures([
    group('search', '2026-11-20T10:00:00.000000Z'),
    group('search', '2026-11-21T10:00:00.000000Z'),
    group('search', '2026-11-19T10:00:00.000000Z'),
    group('model call', '2026-11-21T11:00:00.000000Z', 'llm'),
    group(null, '2026-11-18T10:00:00.000000Z'),
  ]);
  expect([...found].map(([name, { traceId }]) => [name, traceId])).toEqual([
    ['search', 't-2026-11-21T10:00:00.000000Z'],
    [null, 't-2026-11-18T10:00:00.000000Z'],
  ]);
});
