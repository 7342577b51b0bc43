import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextPlace } from './json-view-keys.ts';
import { excerpt, marked, searchJson } from './json-view-search.ts';
import { jsonText } from './json-view-text.ts';
import { JsonTree, pathOf } from './json-view-tree.ts';
import { bytesOf, cutAt, piecesOf } from './long-text.ts';

const WHOLE = { parent: undefined, index: 0 };

function deep(levels: number): unknown {
  return JSON.parse(`${'{"a":['.repeat(levels)}"end"${']}'.repeat(levels)}`);
}

describe('the rows of a tree', () => {
  test('what fits is open at first, in the order of the text', () => {
    const tree = new JsonTree({ a: { b: [1, 2] }, c: 'x' });
    expect(tree.rows().map(({ depth, key }) => [depth, key])).toEqual([
      [0, undefined],
      [1, 'a'],
      [2, 'b'],
      [3, 0],
      [3, 1],
      [1, 'c'],
    ]);
  });

  test('scalars, empty values and names of prototypes', () => {
    expect(new JsonTree(7).rows()).toHaveLength(1);
    expect(new JsonTree({}).rows()[0]?.count).toBeUndefined();
    const hostile: unknown = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
    expect(new JsonTree(hostile).rows().map(({ key }) => key)).toEqual([undefined, '__proto__', 'x', 'constructor']);
  });

  test('closing and opening; long strings open, too', () => {
    const tree = new JsonTree({ a: 'x'.repeat(500), b: [1] });
    const [, a, b] = tree.rows();
    expect(a?.count).toBe(0);
    if (a !== undefined) tree.setOpen(a, true);
    expect(tree.rows()[1]?.isOpen).toBe(true);
    if (b !== undefined) tree.setOpen(b, false);
    expect(tree.rows()).toHaveLength(3);
    tree.closeBelow(WHOLE);
    expect(tree.rows()).toHaveLength(1);
  });

  test('a list of a million is shown by the thousand', () => {
    const tree = new JsonTree(Array.from({ length: 1_000_000 }, () => 0));
    tree.setOpen(WHOLE, true);
    expect(tree.rows()).toHaveLength(1002);
    const last = tree.rows().at(-1);
    expect(last?.moreCount).toBe(999_000);
    if (last?.parent !== undefined) tree.showMore(last.parent);
    expect(tree.rows()).toHaveLength(2002);
  });

  test('10 000 levels open one by one, all at once as far as allowed, and by a search', () => {
    const value = deep(5000);
    const tree = new JsonTree(value);
    expect(tree.openBelow(WHOLE, 20_000)).toBe(true);
    expect(tree.rows()).toHaveLength(10_001);
    const fresh = new JsonTree(value);
    const { matches } = searchJson(value, 'END');
    const place = matches[0] === undefined ? undefined : fresh.placeOf(matches[0]);
    expect(matches).toHaveLength(1);
    if (place !== undefined) fresh.reveal(place);
    expect(fresh.rows().at(-1)?.value).toBe('end');
    expect(pathOf(fresh.rows().at(-1) ?? WHOLE)).toHaveLength(1 + 5000 * '.a[0]'.length);
    expect(jsonText(value)).toContain('"end"');
  });

  test('paths as programs write them', () => {
    const tree = new JsonTree({ 'content-type': [{ $x: 1 }] });
    expect(pathOf(tree.rows().at(-1) ?? WHOLE)).toBe('$["content-type"][0].$x');
  });
});

test('arrow keys: into what is open, out of what is closed', () => {
  const tree = new JsonTree({ a: [1], b: 2 });
  const rows = tree.rows();
  expect(nextPlace('ArrowDown', rows, 0)).toEqual({ index: 1 });
  expect(nextPlace('ArrowRight', rows, 1)).toEqual({ index: 2 });
  expect(nextPlace('ArrowLeft', rows, 2)).toEqual({ index: 1 });
  expect(nextPlace('ArrowLeft', rows, 1)).toEqual({ index: 1, isOpen: false });
  expect(nextPlace('End', rows, 0)).toEqual({ index: 3 });
  expect(nextPlace('ArrowUp', rows, 0)).toEqual({ index: 0 });
  expect(nextPlace('x', rows, 0)).toBeUndefined();
  tree.closeBelow(WHOLE);
  expect(nextPlace('ArrowRight', tree.rows(), 0)).toEqual({ index: 0, isOpen: true });
});

describe('search', () => {
  test('names and values, in order, closed ones too', () => {
    const value = { Model: 'gpt', list: [{ model: null }, 'a Model', true] };
    const tree = new JsonTree(value);
    tree.closeBelow(WHOLE);
    const { matches, isCut } = searchJson(value, 'model');
    expect(matches.map((step) => pathOf(tree.placeOf(step) ?? WHOLE))).toEqual([
      '$.Model',
      '$.list[0].model',
      '$.list[1]',
    ]);
    expect(isCut).toBe(false);
    expect(searchJson(value, 'TRUE').matches).toHaveLength(1);
    expect(searchJson(value, '').matches).toHaveLength(0);
  });

  test('stops after a thousand matches', () => {
    const found = searchJson(
      Array.from({ length: 5000 }, () => 'x'),
      'x',
    );
    expect([found.matches.length, found.isCut]).toEqual([1000, true]);
  });

  test('a long text is cut around the match', () => {
    const long = `${'x'.repeat(500)}needle${'y'.repeat(500)}`;
    expect(excerpt(long, 'NEEDLE', 100)).toContain('needle');
    expect(excerpt(long, '', 100)).toBe(`${'x'.repeat(100)}…`);
    expect(excerpt('short', 'r', 100)).toBe('short');
  });

  test('marks what was looked for', () => {
    expect(marked('a Bab', 'b')).toEqual(['a ', 'B', 'a', 'b', '']);
    expect(marked('İx', 'x')).toEqual(['İx']);
  });
});

describe('text', () => {
  test('is the one that JSON.stringify makes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonText(value)).toBe(JSON.stringify(value, null, 2));
      }),
      { numRuns: 300, seed: 7 },
    );
    expect(jsonText(['x'.repeat(100)], 20)).toHaveLength(21);
  });

  test('pieces of a long text are the text', () => {
    const unit = fc.oneof(fc.constantFrom('\n', '🏔️', 'é'), fc.string());
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 20 }), fc.nat(30_000), (units, times) => {
        const text = `${units.join('')}x`.repeat(times % 3000);
        const pieces = piecesOf(text);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(50_000);
      }),
      { numRuns: 30, seed: 7 },
    );
    expect(piecesOf('x'.repeat(1e6))).toHaveLength(20);
  });

  test('bytes and cuts', () => {
    for (const text of ['', 'abc', 'é', '日本', '🏔️ x']) expect(bytesOf(text)).toBe(Buffer.byteLength(text));
    expect(cutAt('a🏔', 2)).toBe('a');
  });
});
