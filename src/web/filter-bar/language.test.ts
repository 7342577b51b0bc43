import { describe, expect, it } from 'vitest';
import type { TraceFilters } from './fields.ts';
import { parse, piecesOf, print } from './language.ts';

const read = (text: string) => {
  const { filters, problems } = parse(text);
  expect(problems).toEqual([]);
  return filters;
};

describe('parse', () => {
  it.each<[string, TraceFilters]>([
    ['', {}],
    ['refund', { q: 'refund' }],
    ['  refund   order ', { q: 'refund order' }],
    ['"refund order"', { q: 'refund order' }],
    ['words:refund', { q: 'refund' }],
    ['https://example.org/a:b', { q: 'https://example.org/a:b' }],
    ['"model:gpt-4o"', { q: 'model:gpt-4o' }],
    ['model:gpt-4o status:error', { model: ['gpt-4o'], status: ['error'] }],
    ['model:gpt-4o,gpt-4o-mini', { model: ['gpt-4o', 'gpt-4o-mini'] }],
    ['model:a model:b model:a', { model: ['a', 'b'] }],
    ['name:"my agent","say \\"hi\\", then go"', { name: ['my agent', 'say "hi", then go'] }],
    ['name:"never closed', { name: ['never closed'] }],
    ['user=u1 session:s1 env:prod', { userId: ['u1'], sessionId: ['s1'], environment: ['prod'] }],
    ['MODEL:GPT-4o STATUS:ERROR', { model: ['GPT-4o'], status: ['error'] }],
    ['tag:a:b', { tag: ['a:b'] }],
    ['duration>=2s', { durationMsMin: '2000' }],
    ['duration:>=2s duration≤10s', { durationMsMin: '2000', durationMsMax: '10000' }],
    ['duration:2s..10s', { durationMsMin: '2000', durationMsMax: '10000' }],
    ['cost>$0.05 tokens<10k', { costUsdMin: '0.05', tokensMax: '9999' }],
    ['errors>0', { errorsMin: '1' }],
    ['status:error refund duration>=1s order', { status: ['error'], durationMsMin: '1000', q: 'refund order' }],
  ])('%j', (text, filters) => {
    expect(read(text)).toEqual(filters);
  });

  it.each([
    ['status:wrong', 'Status is one of error, running, paused, unknown, ok'],
    ['dialect:langfuse', 'Dialect is one of lunary, vellum, voker, weflayr, whyops'],
    ['model:', 'Say which model: model:…'],
    ['model:,', 'Say which model: model:…'],
    ['model>=3', 'Model has no order: say model:…'],
    ['duration:fast', 'Say duration>=500ms or duration<=500ms'],
    ['duration>=fast', 'Duration is an amount such as 500ms'],
    ['errors<=3', 'Errors can only be at least something: errors>=1'],
    ['words:', 'Say which words: words:refund'],
    [`name:${'x'.repeat(1025)}`, 'At most 1024 characters'],
  ])('tells what is wrong with %j', (text, message) => {
    expect(parse(text)).toEqual({ filters: {}, problems: [{ text, message }] });
  });

  it('keeps what is right beside what is wrong', () => {
    expect(parse('status:wrong model:a').filters).toEqual({ model: ['a'] });
  });

  it('says where pieces are', () => {
    expect(piecesOf(' a "b c" d')).toEqual([
      { at: 1, text: 'a' },
      { at: 3, text: '"b c"' },
      { at: 9, text: 'd' },
    ]);
  });
});

describe('print', () => {
  it('is what one would type', () => {
    const filters: TraceFilters = {
      ...{ model: ['gpt-4o', 'my model'], status: ['error'], q: 'refund order' },
      ...{ durationMsMin: '2000', costUsdMax: '0.05', tokensMin: '10000', errorsMin: '1' },
    };
    expect(print(filters)).toBe(
      'status:error model:gpt-4o,"my model" duration>=2s cost<=$0.05 tokens>=10k errors>=1 refund order',
    );
  });

  it('gives the same filters back, whatever is in them', () => {
    const seed = 20_261;
    const random = numbers(seed);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    const pieces = ['a', 'B', ' ', '"', '\\', ',', ':', '>=', 'model:', 'ü', '…', '$', '..', "'", 'words', '\t'];
    const text = () => Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(pieces)).join('');
    for (let round = 0; round < 2000; round += 1) {
      const q = text();
      const filters: TraceFilters = {
        ...(random() < 0.6 ? { name: [...new Set([text(), text()])] } : {}),
        ...(random() < 0.4 ? { tag: [text()] } : {}),
        ...(random() < 0.3 ? { durationMsMin: String(Math.round(random() * 1e7) / 10) } : {}),
        ...(random() < 0.3 ? { costUsdMin: String(Math.round(random() * 1e9) / 1e9) } : {}),
        ...(random() < 0.3 ? { tokensMax: String(Math.round(random() * 1e6)) } : {}),
        ...(random() < 0.5 ? { q } : {}),
      };
      expect(read(print(filters)), `seed ${seed}: ${print(filters)}`).toEqual(filters);
    }
  });
});

/** The same numbers for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
