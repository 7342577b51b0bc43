import fc from 'fast-check';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EncodingName } from './encodings.ts';
import { TextSum } from './text-sum.ts';
import { type Tokenizer, Tokenizers } from './tokenizer.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`tokenizer.test.ts: PROPERTY_SEED=${seed}`);

const AS_TEXT = { disallowedSpecial: new Set<string>() };

describe.each([
  ['o200k_base', countO200k],
  ['cl100k_base', countCl100k],
] as const)('%s', (name: EncodingName, reference) => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await new Tokenizers().get(name);
  });

  it('counts as the library counts the whole text', () => {
    const word = fc.oneof(
      fc.constantFrom(
        "don't",
        'naïve',
        '日本語',
        'ภาษาไทย',
        '😀',
        '12345',
        '\r\n',
        '  ',
        '\t',
        '<|endoftext|>',
        'aB',
        '...',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.constantFrom('', ' ', '\n'), (words, glue) => {
        const text = words.join(glue);
        fc.pre(!/[\p{L}\p{M}]{120}|[^\p{L}\p{N}]{120}/u.test(text));
        expect(tokenizer.count(text)).toEqual({ tokens: reference(text, AS_TEXT), isExact: true });
      }),
      { seed, numRuns: 500 },
    );
  });

  it.each([
    ['one letter', 'a'.repeat(2_000_000)],
    ['one space', ' '.repeat(2_000_000)],
    ['one sign', '!'.repeat(2_000_000)],
    ['one character of three bytes', '日'.repeat(2_000_000)],
    ['half an emoji', '\ud83d'.repeat(2_000_000)],
  ])('takes little time for two million times %s', (_, text) => {
    const startedAt = performance.now();
    const counted = tokenizer.count(text);
    expect(counted.isExact).toBe(false);
    expect(counted.tokens).toBeGreaterThan(0);
    // Without the cut it is minutes; here 10 to 100 ms.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('takes time in proportion to the text, whatever it is', () => {
    const letters = fc.sample(fc.stringMatching(/^[a-z]{20000}$/), { seed, numRuns: 1 })[0] ?? '';
    const timeOf = (text: string) => {
      const startedAt = performance.now();
      tokenizer.count(text);
      return performance.now() - startedAt;
    };
    timeOf(letters);
    const [once, often] = [timeOf(letters), timeOf(letters.repeat(16))];
    // In proportion it is 16; by the square it would be 256.
    expect(often).toBeLessThan(once * 80 + 200);
  });
});

describe('a sum', () => {
  it('counts the first part of what is too long, and tells the rest in proportion', async () => {
    const tokenizer = await new Tokenizers().get('o200k_base');
    const [whole, part] = [new TextSum(tokenizer), new TextSum(tokenizer, 5_000)];
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(1_000);
    for (const sum of [whole, part]) {
      sum.text(text);
      sum.text(text);
      sum.add(3);
    }
    expect(whole.total.isExact).toBe(true);
    expect(part.total.isExact).toBe(false);
    expect(Math.abs(part.total.tokens / whole.total.tokens - 1)).toBeLessThan(0.01);
  });
});
