/**
 * Tokens of one model call. `undefined` means "not said", never zero. Counts are what the client reported: whether
 * `input` includes cached tokens differs by provider and is settled where cost is computed.
 */

import { asNumber, asObject, at, field, type JsonObject, type JsonValue } from './json.ts';

export interface Usage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly total?: number;
}

export const USAGE_FIELDS = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning', 'total'] as const;

/** A token count: whole and not negative. Fractions are rounded, anything else (negative, NaN, text) is not a count. */
export function asTokenCount(value: unknown): number | undefined {
  const count = asNumber(value);
  return count === undefined || count < 0 || count > Number.MAX_SAFE_INTEGER ? undefined : Math.round(count);
}

function firstCount(object: JsonObject, paths: readonly (readonly string[])[]): number | undefined {
  for (const path of paths) {
    const count = asTokenCount(at(object, ...path));
    if (count !== undefined) return count;
  }
  return undefined;
}

/**
 * Spellings of the providers' usage blocks: OpenAI chat and responses, Anthropic, Gemini (camel and snake case), Vercel
 * AI SDK, WhyOps. Sources: `protocols/voker.md` 4.2, `protocols/weflayr.md` 8.5, `protocols/whyops.md` 3.
 */
const SPELLINGS: Record<keyof Usage, readonly (readonly string[])[]> = {
  input: [
    ['prompt_tokens'],
    ['input_tokens'],
    ['promptTokens'],
    ['inputTokens'],
    ['promptTokenCount'],
    ['prompt_token_count'],
    ['input'],
    ['prompt'],
  ],
  output: [
    ['completion_tokens'],
    ['output_tokens'],
    ['completionTokens'],
    ['outputTokens'],
    ['candidatesTokenCount'],
    ['candidates_token_count'],
    ['output'],
    ['completion'],
  ],
  cacheRead: [
    ['cached_tokens'],
    ['prompt_tokens_details', 'cached_tokens'],
    ['input_tokens_details', 'cached_tokens'],
    ['cache_read_input_tokens'],
    ['cachedContentTokenCount'],
    ['cached_content_token_count'],
    ['cacheReadTokens'],
    ['cachedInputTokens'],
    ['cachedTokens'],
    ['cacheRead'],
    ['promptCached'],
  ],
  cacheWrite: [
    ['cache_creation_input_tokens'],
    ['cacheCreationTokens'],
    ['cacheWriteTokens'],
    ['cacheWrite5mTokens'],
    ['cacheWrite'],
  ],
  reasoning: [
    ['completion_tokens_details', 'reasoning_tokens'],
    ['output_tokens_details', 'reasoning_tokens'],
    ['reasoning_tokens'],
    ['reasoningTokens'],
    ['thoughtsTokenCount'],
    ['thoughts_token_count'],
  ],
  total: [['total_tokens'], ['totalTokens'], ['totalTokenCount'], ['total_token_count'], ['total']],
};

/** Reads a usage block of any known spelling; `undefined` when it holds no count at all. */
export function readUsage(value: JsonValue | undefined): Usage | undefined {
  const block = asObject(value);
  if (block === undefined) return undefined;
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  for (const name of USAGE_FIELDS) {
    const count = firstCount(block, SPELLINGS[name]);
    if (count !== undefined) usage[name] = count;
  }
  return Object.keys(usage).length === 0 ? undefined : usage;
}

/** The usage block of a provider's response body, wherever that provider puts it. */
export function usageOfResponse(response: JsonValue | undefined): Usage | undefined {
  const body = asObject(response);
  return (
    readUsage(field(body, 'usage')) ??
    readUsage(field(body, 'usageMetadata')) ??
    readUsage(field(body, 'usage_metadata'))
  );
}

/** What a reader sees as the total: the reported total, else input + output. */
export function totalTokens(usage: Usage): number | undefined {
  if (usage.total !== undefined) return usage.total;
  return usage.input === undefined && usage.output === undefined ? undefined : (usage.input ?? 0) + (usage.output ?? 0);
}
