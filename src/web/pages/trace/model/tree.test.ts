import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedAtFirst, closedBelowLevel, openSiblings, openTo, toggled } from './expansion.ts';
import { failingFrom, failingPlace } from './failing.ts';
import { findIn, kindsIn } from './look-for.ts';
import { aSpan, nodeOf, treeOf } from './outline.test-support.ts';
import { visibleRows } from './rows.ts';
import { ancestorsOf, buildTree, type TraceTree, type TreeNode } from './tree.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`pages/trace/model/tree.test.ts: PROPERTY_SEED=${seed}`);

const idsOf = (nodes: readonly TreeNode[]) => nodes.map(({ span }) => span.spanId);
const shown = (tree: TraceTree, closed: ReadonlySet<string> = new Set(), found?: ReadonlySet<TreeNode>) =>
  visibleRows(tree, closed, found).map(({ node }) => node.span.spanId);

/** Any spans at all: parents that are missing, in a circle, named twice, after their children. */
const anySpans = fc
  .array(
    fc.record({
      spanId: fc.integer({ min: 0, max: 40 }).map(String),
      parentSpanId: fc.option(fc.integer({ min: 0, max: 45 }).map(String)),
      status: fc.constantFrom('ok' as const, 'error' as const, 'running' as const),
      costUsd: fc.option(fc.integer({ min: 0, max: 9 })),
      countsInTotals: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map((members) => aSpan(members)));

describe('the tree of a trace', () => {
  it('has each span once, above those that name it, whatever they say', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = buildTree(spans);
        const ids = new Set(spans.map(({ spanId }) => spanId));
        expect(new Set(idsOf(tree.nodes))).toEqual(ids);
        expect(tree.nodes).toHaveLength(ids.size);
        for (const node of tree.nodes) {
          expect(tree.nodes[node.index]).toBe(node);
          expect(node.depth).toBe(ancestorsOf(node).length);
          expect((node.parent?.children ?? tree.roots)[node.place - 1]).toBe(node);
          expect((node.parent?.children ?? tree.roots).length).toBe(node.siblingCount);
          if (node.parent !== undefined) expect(node.parent.span.spanId).toBe(node.span.parentSpanId);
          const below = tree.nodes.slice(node.index, node.endIndex);
          expect(below.every((one) => one === node || ancestorsOf(one).includes(node))).toBe(true);
          expect(node.below.spanCount).toBe(below.length);
          expect(node.below.errorCount).toBe(below.filter(({ span }) => span.status === 'error').length);
          const costs = below.flatMap(({ span }) => (span.countsInTotals ? (span.costUsd ?? []) : []));
          expect(node.below.costUsd).toBe(costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0));
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  it('shows as rows exactly what no closed span is above', () => {
    fc.assert(
      fc.property(anySpans, fc.array(fc.integer({ min: 0, max: 40 }).map(String)), (spans, closedIds) => {
        const tree = buildTree(spans);
        const closed = new Set(closedIds);
        const open = tree.nodes.filter((node) => ancestorsOf(node).every(({ span }) => !closed.has(span.spanId)));
        expect(shown(tree, closed)).toEqual(idsOf(open));
      }),
      { seed, numRuns: 300 },
    );
  });

  it('keeps the way to what is found, and counts the siblings that are shown', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const tree = buildTree(spans);
        const found = findIn(tree, { text: '', kinds: [], isFailedOnly: true }) ?? new Set();
        const rows = visibleRows(tree, new Set(), found);
        const kept = tree.nodes.filter((node) => node.below.errorCount > 0);
        expect(rows.map(({ node }) => node)).toEqual(kept);
        for (const { node, place, siblingCount, isOnTheWay } of rows) {
          const siblings = (node.parent?.children ?? tree.roots).filter((one) => kept.includes(one));
          expect([siblings.length, siblings[place - 1]]).toEqual([siblingCount, node]);
          expect(isOnTheWay).toBe(node.span.status !== 'error');
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('takes 10 000 levels and 10 000 siblings without recursion', () => {
    const deep = buildTree(
      Array.from({ length: 10_000 }, (_, level) =>
        aSpan({ spanId: `s${level}`, parentSpanId: level === 0 ? null : `s${level - 1}` }),
      ),
    );
    expect(deep.nodes.at(-1)?.depth).toBe(9_999);
    expect(deep.roots[0]?.below.spanCount).toBe(10_000);
    const wide = buildTree([
      aSpan({ spanId: 'root' }),
      ...Array.from({ length: 10_000 }, (_, place) => aSpan({ spanId: `s${place}`, parentSpanId: 'root' })),
    ]);
    expect(wide.roots[0]?.children).toHaveLength(10_000);
    expect(shown(wide)).toHaveLength(10_001);
  });

  it('makes the earliest of a circle a root, and marks whoever misses its parent', () => {
    const tree = buildTree([
      aSpan({ spanId: 'b', parentSpanId: 'a' }),
      aSpan({ spanId: 'a', parentSpanId: 'b' }),
      aSpan({ spanId: 'c', parentSpanId: 'a' }),
      aSpan({ spanId: 'd', parentSpanId: 'nobody' }),
    ]);
    expect(idsOf(tree.roots)).toEqual(['b', 'd']);
    expect(idsOf(tree.nodes)).toEqual(['b', 'a', 'c', 'd']);
    expect(tree.nodes.map(({ isOrphan }) => isOrphan)).toEqual([false, false, false, true]);
  });
});

describe('what is open', () => {
  const small = treeOf({ root: { a: { b: {} }, c: {} } });
  it('is all of a small trace', () => expect(closedAtFirst(small).size).toBe(0));

  it('is some levels of a large one, and the ways to what failed', () => {
    const branches = Array.from({ length: 30 }, (_, branch) => [
      `t${branch}`,
      { [`u${branch}`]: Object.fromEntries(Array.from({ length: 20 }, (_, leaf) => [`v${branch}-${leaf}`, {}])) },
    ]);
    const tree = treeOf({ root: Object.fromEntries(branches) }, ['v7-3']);
    const rows = shown(tree, closedAtFirst(tree));
    expect(rows).toContain('v7-3');
    expect(rows).not.toContain('v8-3');
    expect(rows).toHaveLength(1 + 30 + 30 + 20);
  });

  it('can be changed by level, by span, by its siblings, and up from a span', () => {
    expect(shown(small, closedBelowLevel(small, 1))).toEqual(['root', 'a', 'c']);
    expect(shown(small, closedBelowLevel(small, 0))).toEqual(['root']);
    const a = nodeOf(small, 'a');
    expect(shown(small, toggled(new Set(), a))).toEqual(['root', 'a', 'c']);
    expect(shown(small, toggled(new Set(['a']), a))).toEqual(['root', 'a', 'b', 'c']);
    expect(shown(small, openTo(closedBelowLevel(small, 0), nodeOf(small, 'b')))).toEqual(['root', 'a', 'b', 'c']);
    const closed = new Set(['c']);
    expect(openTo(closed, nodeOf(small, 'b'))).toBe(closed);
    expect([...openSiblings(new Set(['root', 'a']), small, nodeOf(small, 'c'))]).toEqual(['root']);
  });
});

describe('looking for spans', () => {
  const tree = buildTree([
    aSpan({ spanId: '1', name: 'Support Agent', kind: 'agent' }),
    aSpan({
      spanId: '2',
      parentSpanId: '1',
      name: 'search',
      kind: 'tool',
      status: 'error',
      error: { message: 'TIMEOUT' },
    }),
    aSpan({ spanId: '3', parentSpanId: '1', name: null, model: 'gpt-4o', kind: 'llm' }),
    aSpan({ spanId: '4', parentSpanId: '3', name: 'x', kind: null }),
  ]);
  const look = (text: string, kinds: readonly string[] = [], isFailedOnly = false) => {
    const found = findIn(tree, { text, kinds, isFailedOnly });
    return found === undefined ? undefined : idsOf([...found]);
  };
  it('is over when nothing is wanted', () => expect(look('  ')).toBeUndefined());
  it('reads name, model, error and id', () => {
    expect(look('support')).toEqual(['1']);
    expect(look('GPT')).toEqual(['3']);
    expect(look('timeout')).toEqual(['2']);
    expect(look('4')).toEqual(['3', '4']);
  });
  it('takes any of the kinds, and spans without one', () => {
    expect(look('', ['tool', 'llm'])).toEqual(['2', '3']);
    expect(look('', ['span'])).toEqual(['4']);
    expect(kindsIn(tree)).toEqual([
      ['agent', 1],
      ['llm', 1],
      ['span', 1],
      ['tool', 1],
    ]);
  });
  it('finds what failed', () => expect(look('', [], true)).toEqual(['2']));
});

describe('what failed', () => {
  const tree = treeOf({ root: { a: { b: {} }, c: {}, d: {} } }, ['b', 'd']);
  const from = (id: string | undefined, direction: 1 | -1) =>
    failingFrom(tree, id === undefined ? undefined : nodeOf(tree, id), direction)?.span.spanId;
  it('is gone through in the order of the tree, around its ends', () => {
    expect([from(undefined, 1), from('root', 1), from('b', 1), from('d', 1)]).toEqual(['b', 'b', 'd', 'b']);
    expect([from(undefined, -1), from('d', -1), from('b', -1), from('c', -1)]).toEqual(['d', 'b', 'd', 'b']);
  });
  it('is counted', () => {
    expect(failingPlace(tree, nodeOf(tree, 'd'))).toEqual({ place: 2, count: 2 });
    expect(failingPlace(tree, nodeOf(tree, 'a'))).toEqual({ place: 0, count: 2 });
  });
  it('may be nothing', () => expect(failingFrom(treeOf({ root: {} }), undefined, 1)).toBeUndefined());
});
