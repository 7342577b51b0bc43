/** Text that tries to be more than a value, in every place that takes one. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storableText } from '../canonical/json.ts';
import type { Condition, ReadSpan } from '../dialects/reader.ts';
import { at, ReaderBench } from './reader-testing.ts';

let bench: ReaderBench;
beforeAll(async () => {
  bench = await ReaderBench.open();
});
afterAll(() => bench.close());

const page = { limit: 100, offset: 0 };
const ids = (spans: readonly ReadSpan[]) => spans.map(({ spanId }) => spanId);

describe('hostile text', () => {
  const HOSTILE = [
    `it's`,
    `"quoted" \\ back\\slash \\' \\x41`,
    `'; DROP TABLE tributary.spans; --`,
    '{project:UUID} {c1:String} {limit:UInt64}',
    'nul\u0000nul',
    'half \ud83d of an emoji',
    '😀 whole \u2028 line',
    'a|b',
    '%_*?',
    '__proto__',
    `${'long'.repeat(300)}`,
  ];

  it.each(HOSTILE)('%j is a value like any other', async (text) => {
    const own = await bench.project(`hostile ${Buffer.from(text).toString('hex').slice(0, 60)}`);
    // What a dialect makes of an id or a name, and what it keeps of JSON.
    const stored = storableText(text);
    await bench.load(own, [
      {
        spanId: stored,
        traceId: `trace ${stored}`,
        eventId: `event ${stored}`,
        type: stored,
        start: at(0),
        text: {
          kind: 'llm',
          ...Object.fromEntries(
            ['name', 'model', 'provider', 'userId', 'sessionId', 'agentName', 'agentVersion', 'environment'].map(
              (name) => [name, stored],
            ),
          ),
        },
        tags: [stored],
        metadata: JSON.stringify({ [text]: text, other: 1 }),
        feedback: JSON.stringify({ feedback: { [text]: text } }),
        payload: { deep: { [text]: text } },
      },
      { spanId: 'other', traceId: 'other', text: {}, metadata: '{"x":"y"}', feedback: '{"feedback":{"x":"y"}}' },
    ]);
    const mine = bench.reader(own);
    const conditions: Condition[] = [
      ...(
        ['name', 'model', 'provider', 'userId', 'sessionId', 'agentName', 'agentVersion', 'environment'] as const
      ).map((field) => ({ field, in: [text, 'x'] })),
      { field: 'spanId', in: [text] },
      { field: 'traceId', in: [`trace ${text}`] },
      { tag: text },
      { metadata: text, equals: text },
      { metadata: 'other', equals: '1' },
      { feedback: text },
      { feedback: text, equals: text },
      { all: [{ field: 'name', in: [text] }, { tag: text }, { not: { field: 'userId', in: ['x'] } }] },
    ];
    // Each of them finds the one span, and none of them the other.
    expect(ids(await mine.spans({ where: { all: conditions }, ...page }))).toEqual([stored]);
    expect(ids(await mine.spans({ where: { not: { any: conditions } }, ...page }))).toEqual(['other']);
    await mine.countSpans({ words: text });
    expect(ids((await mine.trace(`trace ${text}`)) ?? [])).toEqual([stored]);
    expect(ids(await mine.spansById([text]))).toEqual([stored]);
    const questions = [
      { eventId: `event ${text}` },
      { traceId: `trace ${text}` },
      { spanIds: [text] },
      { types: [text] },
      { userId: text },
      { payload: { path: ['deep', text], equals: text } },
    ];
    for (const question of questions) {
      const { events, total } = await mine.events({ ...question, direction: 'desc', ...page });
      expect([question, total, events.map(({ spanId }) => spanId)]).toEqual([question, 1, [stored]]);
    }
    const { groups } = await mine.tally({ where: { tag: text }, by: ['userId', 'name', 'traceId'], ...page });
    expect(groups.map(({ group }) => group)).toEqual([[stored, stored, `trace ${stored}`]]);
  });
});
