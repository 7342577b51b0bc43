import { describe, expect, it } from 'vitest';
import { pricedParts } from '../../canonical/usage.ts';
import { usageOf } from './usage.ts';

const END = { type: 'llm', event: 'end', runId: 'r', output: { role: 'assistant', content: 'Hi' } };

describe('tokens of a call', () => {
  it.each([
    [
      { prompt: 12, completion: 3 },
      { input: 12, output: 3 },
    ],
    [{ prompt: null, completion: 3 }, { output: 3 }],
    [
      { prompt: 12, completion: 3, promptCached: 4 },
      { input: 12, output: 3, cacheRead: 4 },
    ],
    [
      { prompt: 12.4, completion: 2 ** 33 },
      { input: 12, output: 2 ** 33 },
    ],
    // 2.10: zero, on a call with words in it, stands for "not counted".
    [{ prompt: 0, completion: 0 }, undefined],
    [{ prompt: 0, completion: 3 }, { output: 3 }],
    [{ prompt: -1, completion: 'x' }, undefined],
    [null, undefined],
    [{}, undefined],
  ])('%j', (tokensUsage, usage) => {
    expect(usageOf({ ...END, tokensUsage })).toEqual(usage);
  });

  it('zero tokens of an answer without words are zero', () => {
    for (const output of [null, '', { role: 'assistant', content: null, tool_calls: [] }])
      expect(usageOf({ ...END, output, tokensUsage: { prompt: 5, completion: 0 } })).toEqual({ input: 5, output: 0 });
    expect(usageOf({ ...END, type: 'embed', tokensUsage: { prompt: 5, completion: 0 } })).toEqual({
      input: 5,
      output: 0,
    });
  });

  it('Anthropic: cached tokens are no part of the prompt, and both of their parts are known', () => {
    const metadata = { cacheCreationInputTokens: 2, cacheReadInputTokens: 4 };
    const usage = usageOf({ ...END, metadata, tokensUsage: { prompt: 10, completion: 5, promptCached: 6 } });
    expect(usage).toEqual({ input: 10, output: 5, cacheRead: 4, cacheWrite: 2, cacheOutsideInput: true });
    expect(usage && pricedParts(usage)).toMatchObject({ input: 10, cacheRead: 4, cacheWrite: 2, output: 5 });
  });

  it("metadata that does not add up to what is reported is the user's own", () => {
    const metadata = { cacheReadInputTokens: 100 };
    const tokensUsage = { prompt: 10, completion: 5, promptCached: 6 };
    expect(usageOf({ ...END, metadata, tokensUsage })).toEqual({ input: 10, output: 5, cacheRead: 6 });
  });

  it('cost never sinks with cached tokens: 900 of 1000 cached are parts of the prompt', () => {
    const usage = usageOf({ ...END, tokensUsage: { prompt: 1000, completion: 10, promptCached: 900 } });
    expect(usage && pricedParts(usage)).toMatchObject({ input: 100, cacheRead: 900, output: 10 });
  });
});
