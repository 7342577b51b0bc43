import { describe, expect, it } from 'vitest';
import { foldTrace, foremostSpan } from './fold.ts';
import { aSpan, treeOf } from './outline.test-support.ts';
import { buildTree } from './tree.ts';

const called = (name: string, spanId: string, parentSpanId: string | null, more = {}) =>
  aSpan({ spanId, parentSpanId, name, ...more });

describe('folding a trace', () => {
  const loop = buildTree([
    called('agent', 'root', null, { kind: 'agent' }),
    ...Array.from({ length: 64 }, (_, round) => [
      called('search', `s${round}`, 'root', { status: round === 20 ? 'error' : 'ok', costUsd: 1, durationMs: 10 }),
      called('embed', `e${round}`, `s${round}`, { durationMs: round === 0 ? null : 5 }),
    ]).flat(),
  ]);

  it('makes a loop one node for each step', () => {
    const { nodes, edges, folding, leftOut } = foldTrace(loop);
    expect(nodes.map(({ name, spans }) => [name, spans.length])).toEqual([
      ['agent', 1],
      ['search', 64],
      ['embed', 64],
    ]);
    expect(edges).toEqual([
      { from: '0', to: '1', count: 64 },
      { from: '1', to: '2', count: 64 },
    ]);
    expect([folding, leftOut]).toEqual(['names', 0]);
  });

  it('sums what is known, and leads to what failed', () => {
    const [, search, embed] = foldTrace(loop).nodes;
    expect([search?.errorCount, search?.costUsd, search?.durationMs, embed?.durationMs]).toEqual([1, 64, 640, 315]);
    expect(search && foremostSpan(search)?.span.spanId).toBe('s20');
    expect(embed && foremostSpan(embed)?.span.spanId).toBe('e0');
  });

  it('tells apart what stands below different parents', () => {
    const tree = buildTree([
      called('a', '1', null),
      called('b', '2', null),
      called('x', '3', '1'),
      called('x', '4', '2'),
      called('x', '5', '1', { kind: 'tool' }),
    ]);
    expect(foldTrace(tree).nodes.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      ...['a chain', 'b chain', 'x chain', 'x tool', 'x chain'],
    ]);
  });

  it('joins what calls its own like where there would be too many nodes', () => {
    const deep = buildTree(
      Array.from({ length: 5_000 }, (_, level) => called('again', `${level}`, level === 0 ? null : `${level - 1}`)),
    );
    const { nodes, folding, leftOut } = foldTrace(deep);
    expect([nodes.length, nodes[0]?.spans.length, folding, leftOut]).toEqual([1, 5_000, 'recursion', 0]);
  });

  it('never has more nodes than that, and counts what is left out', () => {
    const deep = buildTree(
      Array.from({ length: 5_000 }, (_, level) =>
        called(`step ${level}`, `${level}`, level === 0 ? null : `${level - 1}`),
      ),
    );
    const { nodes, folding, leftOut, nodeOf } = foldTrace(deep, 300);
    expect([nodes.length, folding, leftOut]).toEqual([300, 'bounded', 4_700]);
    expect(nodes.at(-1)?.moreBelow).toBe(4_700);
    expect(nodeOf.size).toBe(300);
  });

  it('knows the node of each span', () => {
    const { nodeOf } = foldTrace(treeOf({ a: { b: {}, c: {} } }));
    expect(Object.fromEntries(nodeOf)).toEqual({ a: '0', b: '1', c: '2' });
  });
});
