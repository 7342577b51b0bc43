import { describe, expect, test } from 'vitest';
import { branches, type TreeSpan } from './tree.ts';

function draw(spans: readonly TreeSpan[]): string[] {
  return [...branches(spans)].map(
    ({ span, prefix, isOrphan }) => `${prefix}${span.spanId}${isOrphan ? ` <- ${span.parentSpanId}` : ''}`,
  );
}

const span = (spanId: string, parentSpanId: string | null = null): TreeSpan => ({ spanId, parentSpanId });

describe('the tree of spans', () => {
  test('children hang below their parents in the given order', () => {
    const spans = [
      span('root'),
      span('b', 'root'),
      span('b1', 'b'),
      span('b2', 'b'),
      span('c', 'root'),
      span('c1', 'c'),
    ];
    expect(draw(spans)).toEqual(['root', '├─ b', '│  ├─ b1', '│  └─ b2', '└─ c', '   └─ c1']);
  });

  test('a span without its parent is a root and says so', () => {
    expect(draw([span('a', 'gone'), span('b', 'a'), span('c')])).toEqual(['a <- gone', '└─ b', 'c']);
  });

  test('further lines continue the lines of the tree', () => {
    const continuations = [...branches([span('root'), span('b', 'root'), span('b1', 'b'), span('c', 'root')])].map(
      ({ continuation }) => continuation,
    );
    expect(continuations).toEqual(['│  ', '│  │  ', '│        ', '      ']);
  });

  test('a span that is its own parent, or given twice, is shown', () => {
    expect(draw([span('a', 'a'), span('b', 'a'), span('a', null)])).toHaveLength(3);
  });

  test('depth is unlimited, indentation is not', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => span(`s${i}`, i === 0 ? null : `s${i - 1}`));
    const lines = draw(chain);
    expect(lines).toHaveLength(20_000);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
    expect(lines.at(-1)).toContain('(19999)');
  });
});
