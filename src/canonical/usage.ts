/**
 * Tokens of one model call. `undefined` means "not said", never zero. Counts are kept as the client reported them; what
 * they include differs by provider and is kept next to them, so that they can be taken apart without counting twice.
 */

import { asArray, asNumber, asObject, asText, at, field, type JsonObject, type JsonValue } from './json.ts';

export interface Usage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  /** All tokens written to a cache, those kept for an hour included. */
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  readonly total?: number;
  /** The part of `cacheWrite` that is kept for an hour, which costs more. */
  readonly cacheWrite1h?: number;
  /** Parts of `input` and `output`; audio that came from a cache is only among `cacheRead`. */
  readonly audioInput?: number;
  readonly audioOutput?: number;
  /** `input` leaves cached tokens out (Anthropic); everywhere else they are part of it. */
  readonly cacheOutsideInput?: true;
  /** `output` leaves reasoning out (Gemini, xAI); everywhere else it is part of it. */
  readonly reasoningOutsideOutput?: true;
}

export const USAGE_FIELDS = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'reasoning',
  'total',
  'cacheWrite1h',
  'audioInput',
  'audioOutput',
] as const;
type UsageField = (typeof USAGE_FIELDS)[number];
type UsageDraft = { -readonly [K in keyof Usage]: Usage[K] };

const CACHE_OUTSIDE = 1;
const REASONING_OUTSIDE = 2;

/** As the store keeps it: the counts in the order of `USAGE_FIELDS`, -1 for "not said", then what they leave out, as bits. */
export function usageCounts(usage: Usage): number[] {
  const layout =
    (usage.cacheOutsideInput === true ? CACHE_OUTSIDE : 0) +
    (usage.reasoningOutsideOutput === true ? REASONING_OUTSIDE : 0);
  return [...USAGE_FIELDS.map((name) => usage[name] ?? -1), layout];
}

/** The inverse of `usageCounts`. */
export function usageOfCounts(counts: readonly number[]): Usage {
  const usage: UsageDraft = {};
  for (const [i, name] of USAGE_FIELDS.entries()) {
    const count = counts[i] ?? -1;
    if (count >= 0) usage[name] = count;
  }
  const layout = counts[USAGE_FIELDS.length] ?? 0;
  if ((layout & CACHE_OUTSIDE) !== 0) usage.cacheOutsideInput = true;
  if ((layout & REASONING_OUTSIDE) !== 0) usage.reasoningOutsideOutput = true;
  return usage;
}

/** Parts of a call that have prices of their own. No token is in two of them. */
export const PRICED_PARTS = [
  'input',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'output',
  'audioInput',
  'audioOutput',
] as const;
export type PricedPart = (typeof PRICED_PARTS)[number];

/**
 * The call taken apart; the store's SQL does the same (`query/cost-sql.ts`). `undefined` when neither side is known.
 *
 * A side that is not said is the rest of the total, if there is one. Cached tokens that exceed the input cannot be part of
 * it, whatever the client's usual layout is (`protocols/lunary.md` 7, rule 10). Nothing is ever negative.
 */
export function pricedParts(usage: Usage): Record<PricedPart, number> | undefined {
  const { cacheRead = 0, cacheWrite = 0, reasoning = 0, total } = usage;
  if (usage.input === undefined && usage.output === undefined && total === undefined) return undefined;
  const cached = cacheRead + cacheWrite;
  const saidInput = usage.input ?? Math.max(0, (total ?? 0) - (usage.output ?? 0));
  const isOutside = usage.input !== undefined && (usage.cacheOutsideInput === true || cached > saidInput);
  const allInput = isOutside ? saidInput + cached : saidInput;
  const saidOutput = usage.output ?? (usage.input === undefined ? 0 : Math.max(0, (total ?? allInput) - allInput));
  const output = saidOutput + (usage.reasoningOutsideOutput === true && usage.output !== undefined ? reasoning : 0);
  const fresh = Math.max(0, allInput - cached);
  const audioInput = Math.min(usage.audioInput ?? 0, fresh);
  const audioOutput = Math.min(usage.audioOutput ?? 0, output);
  const cacheWrite1h = Math.min(usage.cacheWrite1h ?? 0, cacheWrite);
  return {
    input: fresh - audioInput,
    cacheRead,
    cacheWrite: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    output: output - audioOutput,
    audioInput,
    audioOutput,
  };
}

/** What a reader sees as the total: the reported total, else all parts together. */
export function totalTokens(usage: Usage): number | undefined {
  if (usage.total !== undefined) return usage.total;
  const parts = pricedParts(usage);
  return parts === undefined ? undefined : PRICED_PARTS.reduce((sum, part) => sum + parts[part], 0);
}

/** No call has that many tokens; below it, sums of counts are exact. */
const TOKENS_MAX = 1e12;

/** A token count: whole and not negative. Fractions are rounded, anything else (negative, NaN, text) is not a count. */
export function asTokenCount(value: unknown): number | undefined {
  const count = asNumber(value);
  return count === undefined || count < 0 || count > TOKENS_MAX ? undefined : Math.round(count);
}

function firstCount(object: JsonObject, paths: readonly (readonly string[])[]): number | undefined {
  for (const path of paths) {
    const count = asTokenCount(at(object, ...path));
    if (count !== undefined) return count;
  }
  return undefined;
}

/**
 * Spellings of the providers' usage blocks: OpenAI (chat, responses, realtime) and those who copy it (DeepSeek, Mistral,
 * xAI), Anthropic, Bedrock Converse, Gemini (camel, snake, interactions), Vercel AI SDK 4 to 6, LangChain, WhyOps, Lunary.
 * Sources: the providers' API references, `protocols/voker.md` 4.2, `protocols/weflayr.md` 8.5, `protocols/whyops.md` 3.
 */
const SPELLINGS: Record<UsageField, readonly (readonly string[])[]> = {
  input: [
    ['prompt_tokens'],
    ['input_tokens'],
    ['promptTokens'],
    ['inputTokens'],
    ['inputTokens', 'total'],
    ['promptTokenCount'],
    ['prompt_token_count'],
    ['total_input_tokens'],
    ['input'],
    ['prompt'],
    ['tokens'],
  ],
  output: [
    ['completion_tokens'],
    ['output_tokens'],
    ['completionTokens'],
    ['outputTokens'],
    ['outputTokens', 'total'],
    ['candidatesTokenCount'],
    ['candidates_token_count'],
    ['responseTokenCount'],
    ['response_token_count'],
    ['total_output_tokens'],
    ['output'],
    ['completion'],
  ],
  cacheRead: [
    ['cached_tokens'],
    ['prompt_tokens_details', 'cached_tokens'],
    ['input_tokens_details', 'cached_tokens'],
    ['input_token_details', 'cached_tokens'],
    ['input_token_details', 'cache_read'],
    ['cache_read_input_tokens'],
    ['cacheReadInputTokens'],
    ['prompt_cache_hit_tokens'],
    ['inputTokenDetails', 'cacheReadTokens'],
    ['inputTokens', 'cacheRead'],
    ['inputTokensDetails', 'cachedTokens'],
    ['cachedContentTokenCount'],
    ['cached_content_token_count'],
    ['total_cached_tokens'],
    ['cacheReadTokens'],
    ['cachedInputTokens'],
    ['cachedTokens'],
    ['cacheRead'],
    ['promptCached'],
    ['prompt_cached'],
  ],
  cacheWrite: [
    ['cache_creation_input_tokens'],
    ['cacheCreationInputTokens'],
    ['cacheWriteInputTokens'],
    ['prompt_tokens_details', 'cache_write_tokens'],
    ['input_tokens_details', 'cache_write_tokens'],
    ['input_token_details', 'cache_creation'],
    ['inputTokenDetails', 'cacheWriteTokens'],
    ['inputTokens', 'cacheWrite'],
    ['cacheCreationTokens'],
    ['cacheWriteTokens'],
    ['cacheWrite'],
  ],
  reasoning: [
    ['completion_tokens_details', 'reasoning_tokens'],
    ['output_tokens_details', 'reasoning_tokens'],
    ['output_token_details', 'reasoning'],
    ['reasoning_tokens'],
    ['outputTokenDetails', 'reasoningTokens'],
    ['outputTokens', 'reasoning'],
    ['outputTokensDetails', 'reasoningTokens'],
    ['reasoningTokens'],
    ['thoughtsTokenCount'],
    ['thoughts_token_count'],
    ['total_thought_tokens'],
    ['total_reasoning_tokens'],
  ],
  cacheWrite1h: [['cache_creation', 'ephemeral_1h_input_tokens'], ['cacheWrite1hTokens']],
  audioInput: [
    ['prompt_tokens_details', 'audio_tokens'],
    ['input_tokens_details', 'audio_tokens'],
    ['input_token_details', 'audio_tokens'],
    ['input_token_details', 'audio'],
    ['audio_tokens'],
  ],
  audioOutput: [
    ['completion_tokens_details', 'audio_tokens'],
    ['output_tokens_details', 'audio_tokens'],
    ['output_token_details', 'audio_tokens'],
    ['output_token_details', 'audio'],
  ],
  total: [['total_tokens'], ['totalTokens'], ['totalTokenCount'], ['total_token_count'], ['total']],
};

/** Reads a usage block of any known spelling; `undefined` when it holds no count at all. */
export function readUsage(value: JsonValue | undefined): Usage | undefined {
  const block = asObject(value);
  if (block === undefined) return undefined;
  const cohere = cohereUsage(block);
  if (cohere !== undefined) return cohere;
  const usage: UsageDraft = {};
  for (const name of USAGE_FIELDS) {
    const count = firstCount(block, SPELLINGS[name]);
    if (count !== undefined) usage[name] = count;
  }
  addCacheWrites(block, usage);
  if (
    CACHE_OUTSIDE_MARKS.some((mark) => field(block, mark) !== undefined) &&
    field(block, 'prompt_tokens') === undefined
  )
    usage.cacheOutsideInput = true;
  addGemini(block, usage);
  addAudio(block, usage);
  readLayoutOffTotal(usage);
  return USAGE_FIELDS.some((name) => usage[name] !== undefined) ? usage : undefined;
}

/** Blocks whose input leaves cached tokens out: Anthropic's own, and Bedrock's Converse. */
const CACHE_OUTSIDE_MARKS = [
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation',
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
  'cacheWriteInputTokens',
] as const;

/** What a cache keeps for an hour is a part of all that was written to it, unless it is more than that. */
function addCacheWrites(block: JsonObject, usage: UsageDraft): void {
  const bedrock = asArray(field(block, 'cacheDetails'))?.find((detail) => at(detail, 'ttl') === '1h');
  const for1h = usage.cacheWrite1h ?? asTokenCount(at(bedrock, 'inputTokens'));
  const for5m = firstCount(block, [['cache_creation', 'ephemeral_5m_input_tokens'], ['cacheWrite5mTokens']]);
  if (for1h === undefined && for5m === undefined) return;
  const all = usage.cacheWrite ?? 0;
  if (for1h !== undefined) usage.cacheWrite1h = for1h;
  if (for5m !== undefined) usage.cacheWrite = Math.max(all, for5m + (for1h ?? 0));
  else if (for1h !== undefined) usage.cacheWrite = for1h > all ? all + for1h : all;
}

/** Gemini counts thoughts apart from the candidates, and the prompt of a tool apart from the prompt. */
function addGemini(block: JsonObject, usage: UsageDraft): void {
  if (firstCount(block, [['promptTokenCount'], ['prompt_token_count'], ['total_input_tokens']]) === undefined) return;
  if (usage.reasoning !== undefined) usage.reasoningOutsideOutput = true;
  const toolPrompt = firstCount(block, [
    ['toolUsePromptTokenCount'],
    ['tool_use_prompt_token_count'],
    ['total_tool_use_tokens'],
  ]);
  if (toolPrompt !== undefined) usage.input = (usage.input ?? 0) + toolPrompt;
}

/** Gemini tells audio per modality. Cached audio costs what cached tokens cost, so it is taken out of the audio. */
function addAudio(block: JsonObject, usage: UsageDraft): void {
  const heard = audioOf(block, ['promptTokensDetails', 'prompt_tokens_details', 'input_tokens_by_modality']);
  const spoken = audioOf(block, [
    'candidatesTokensDetails',
    'candidates_tokens_details',
    'responseTokensDetails',
    'response_tokens_details',
    'output_tokens_by_modality',
  ]);
  if (heard !== undefined) usage.audioInput = heard;
  if (spoken !== undefined) usage.audioOutput = spoken;
  const cached =
    firstCount(block, CACHED_AUDIO) ??
    audioOf(block, ['cacheTokensDetails', 'cache_tokens_details', 'cached_tokens_by_modality']);
  if (usage.audioInput !== undefined && cached !== undefined) usage.audioInput = Math.max(0, usage.audioInput - cached);
}

const CACHED_AUDIO = ['prompt_tokens_details', 'input_tokens_details', 'input_token_details'].map((details) => [
  details,
  'cached_tokens_details',
  'audio_tokens',
]);

/** `[{modality: "AUDIO", tokenCount}]`; the interactions API says `{modality: "audio", tokens}`. */
function audioOf(block: JsonObject, lists: readonly string[]): number | undefined {
  for (const name of lists) {
    const audio = asArray(field(block, name))?.find(
      (detail) => asText(at(detail, 'modality'))?.toUpperCase() === 'AUDIO',
    );
    const count = asTokenCount(at(audio, 'tokenCount') ?? at(audio, 'token_count') ?? at(audio, 'tokens'));
    if (count !== undefined) return count;
  }
  return undefined;
}

/**
 * A total that is more than both sides by exactly the reasoning, or by exactly the cached tokens, says that these stand
 * outside (xAI's chat, Gemini through the Vercel AI SDK, Anthropic through a proxy); one that is the sum of both sides,
 * that the reasoning is inside. Without a total, reasoning that exceeds the output cannot be part of it.
 */
function readLayoutOffTotal(usage: UsageDraft): void {
  const { input, output, total, reasoning = 0, cacheRead = 0, cacheWrite = 0 } = usage;
  if (input === undefined || output === undefined) return;
  if (total === undefined) {
    if (reasoning > output) usage.reasoningOutsideOutput = true;
    return;
  }
  const cached = cacheRead + cacheWrite;
  const rest = total - input - output;
  const beyondCache = usage.cacheOutsideInput === true && rest >= cached ? rest - cached : rest;
  if (reasoning > 0 && (beyondCache === reasoning || rest === reasoning + cached)) usage.reasoningOutsideOutput = true;
  else if (rest === 0 && reasoning <= output) delete usage.reasoningOutsideOutput;
  if (cached > 0 && (rest === cached || rest === cached + reasoning) && rest !== reasoning)
    usage.cacheOutsideInput = true;
}

/** Cohere counts twice; its prices are for the billed units, which know no cache. */
function cohereUsage(block: JsonObject | undefined): Usage | undefined {
  for (const name of ['billed_units', 'billedUnits', 'tokens']) {
    const units = asObject(field(block, name));
    const input = firstCount(units ?? {}, [['input_tokens'], ['inputTokens']]);
    const output = firstCount(units ?? {}, [['output_tokens'], ['outputTokens']]);
    if (input !== undefined || output !== undefined)
      return { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
  }
  return undefined;
}

/**
 * The usage block of a provider's response body, wherever that provider puts it. Of several steps, the Vercel AI SDK has
 * the last one's in `usage` since version 5, and all of them in `totalUsage`.
 */
export function usageOfResponse(response: JsonValue | undefined): Usage | undefined {
  const body = asObject(response);
  return (
    withAnthropicCache(
      readUsage(field(body, 'totalUsage')) ?? readUsage(field(body, 'usage')),
      at(body, 'providerMetadata', 'anthropic'),
    ) ??
    readUsage(field(body, 'usageMetadata')) ??
    readUsage(field(body, 'usage_metadata')) ??
    cohereUsage(asObject(field(body, 'meta')))
  );
}

/**
 * Vercel AI SDK 4 and 5 hand on Anthropic's counts as they are, cached tokens outside the input, and tell what was
 * written to the cache only here. Version 6 counts them in and has its own details.
 */
function withAnthropicCache(usage: Usage | undefined, anthropic: JsonValue | undefined): Usage | undefined {
  if (usage?.input === undefined || usage.cacheWrite !== undefined || asObject(anthropic) === undefined) return usage;
  const cacheRead = usage.cacheRead ?? asTokenCount(at(anthropic, 'cacheReadInputTokens'));
  const cacheWrite = asTokenCount(at(anthropic, 'cacheCreationInputTokens'));
  const asked = asTokenCount(at(anthropic, 'usage', 'input_tokens')) ?? usage.input;
  if ((cacheRead === undefined && cacheWrite === undefined) || asked !== usage.input) return usage;
  return {
    ...usage,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
    cacheOutsideInput: true,
  };
}
