/** The end must not depend on the order of events, on how batches were cut, or on a restart in between. */

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, type Saying, Subject, type TestStore } from './testing.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`order.test.ts: PROPERTY_SEED=${seed}`);

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.close());

interface Node {
  readonly kind: 'llm' | 'chain';
  /** Earlier spans only: a tree. */
  readonly parent: number;
  readonly usage: 'none' | 'input' | 'both';
  readonly tokens: number;
  readonly output: string;
}

const node = fc.record<Node>({
  kind: fc.constantFrom('llm', 'chain'),
  parent: fc.nat(),
  usage: fc.constantFrom('none', 'input', 'both'),
  tokens: fc.integer({ min: 0, max: 3 }),
  output: fc.constantFrom('Hi', 'Hello there', 'The quick brown fox'),
});

/** A start that names the parent, an end with the output, and one more event with the usage. */
function sayings(nodes: readonly Node[]): Saying[] {
  return nodes.flatMap(({ kind, parent, usage, tokens, output }, i): Saying[] => {
    const at = { traceId: 't', spanId: `s${i}`, start: 1_790_000_000_000_000 + i };
    const place = i === 0 ? {} : { parentSpanId: `s${parent % i}` };
    const told = usage === 'none' ? [] : [{ ...(usage === 'both' ? { output: tokens } : {}), input: tokens }];
    return [
      { ...at, time: 1, rank: 1, text: { kind, status: 'running', model: 'gpt-4o', input: '"Hi"', ...place } },
      { ...at, time: 2, rank: 2, text: { kind, status: 'ok', output: JSON.stringify(output) } },
      ...told.map((counts): Saying => ({ ...at, time: 3, rank: 1, text: { kind }, usage: counts })),
    ];
  });
}

async function outcome(subject: Subject): Promise<unknown> {
  const counts = Object.entries(await subject.counts()).filter(
    ([, [input = -1, output = -1]]) => input >= 0 || output >= 0,
  );
  return { counts: Object.fromEntries(counts), repeats: await subject.repeats() };
}

/** What a reader would see: what was counted behind a complete usage is not looked at. */
function visible(nodes: readonly Node[], found: unknown): unknown {
  const { counts, repeats } = found as { counts: Record<string, readonly number[]>; repeats: string[] };
  const sides = Object.entries(counts).flatMap(([spanId, [input = -1, output = -1]]) => {
    const { usage } = nodes[Number(spanId.slice(1))] ?? { usage: 'none' };
    const shown = { input: usage === 'none' ? input : -1, output: usage === 'both' ? -1 : output };
    return shown.input < 0 && shown.output < 0 ? [] : [[spanId, shown] as const];
  });
  return { sides: Object.fromEntries(sides), repeats };
}

/** The rule as it is written down, without any cleverness. */
function expectedRepeats(nodes: readonly Node[], counts: Record<string, readonly number[]>): string[] {
  const parentOf = (i: number) => (nodes[i]?.parent ?? 0) % i;
  const sides = nodes.map(({ usage, tokens }, i) => {
    const [countedInput = -1, countedOutput = -1] = counts[`s${i}`] ?? [];
    const input = usage === 'none' ? Math.max(0, countedInput) : tokens;
    const output = usage === 'both' ? tokens : Math.max(0, countedOutput);
    return { input, output, isUsed: input + output > 0 };
  });
  const isBelow = (child: number, above: number): boolean =>
    child > above && (parentOf(child) === above || isBelow(parentOf(child), above));
  return nodes.flatMap(({ kind }, i) => {
    if (sides[i]?.isUsed !== true) return [];
    const below = nodes.map((_, j) => j).filter((j) => j > i && isBelow(j, i) && sides[j]?.isUsed === true);
    const nearest = below.filter((j) => !below.some((k) => isBelow(j, k)));
    const sum = (side: 'input' | 'output') => nearest.reduce((total, j) => total + (sides[j]?.[side] ?? 0), 0);
    const repeats = kind === 'llm' ? sum('input') === sides[i]?.input && sum('output') === sides[i]?.output : true;
    return below.length > 0 && repeats ? [`s${i}`] : [];
  });
}

it('whatever the order and the batches', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 2, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      cuts,
      async (nodes, random, sizes) => {
        const all = sayings(nodes);
        const [once, shuffled] = [new Subject(test), new Subject(test)];
        await once.enrich(all);
        const keyed = all.map((saying) => ({ saying, key: random.next().value ?? 0 }));
        const rest = keyed.sort((a, b) => a.key - b.key).map(({ saying }) => saying);
        const batches: Saying[][] = [];
        for (const size of sizes) if (rest.length > 0) batches.push(rest.splice(0, size));
        // A process that dies in between has looked at the first half only.
        const half = batches.length >> 1;
        await shuffled.enrich(...batches.slice(0, half));
        const mark = shuffled.position;
        for (const batch of batches.slice(half)) await shuffled.store(batch);
        const { enrich, run } = shuffled.stage(mark);
        await enrich.settled();
        enrich.stop();
        await run;
        const found = await outcome(once);
        expect(visible(nodes, await outcome(shuffled))).toEqual(visible(nodes, found));
        const { counts, repeats } = found as { counts: Record<string, readonly number[]>; repeats: string[] };
        expect(repeats).toEqual(expectedRepeats(nodes, counts));
      },
    ),
    { seed, numRuns: 12 },
  );
}, 300_000);

it('whatever the order, one event after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(node, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      async (nodes, random) => {
        const all = sayings(nodes);
        const [once, shuffled] = [new Subject(test), new Subject(test)];
        await once.enrich(all);
        const keyed = all.map((saying) => ({ saying, key: random.next().value ?? 0 }));
        await shuffled.enrich(...keyed.sort((a, b) => a.key - b.key).map(({ saying }) => [saying]));
        expect(visible(nodes, await outcome(shuffled))).toEqual(visible(nodes, await outcome(once)));
      },
    ),
    { seed, numRuns: 8 },
  );
}, 300_000);
