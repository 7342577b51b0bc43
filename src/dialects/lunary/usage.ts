/** The tokens of a call, as an `end` reports them (`protocols/lunary.md` 2.10, 4.1, 7.10). */

import { asObject, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { asTokenCount, type Usage } from '../../canonical/usage.ts';
import { read } from './envelope.ts';

type UsageDraft = { -readonly [K in keyof Usage]: Usage[K] };

/** Python's streams leave `prompt` null; counts that are no numbers are not said (4.2). */
export function usageOf(event: JsonObject): Usage | undefined {
  const tokens = asObject(read(event, 'tokensUsage'));
  if (tokens === undefined) return undefined;
  const isModelCall = read(event, 'type') === 'llm';
  const usage: UsageDraft = {};
  const input = asTokenCount(field(tokens, 'prompt'));
  const output = asTokenCount(field(tokens, 'completion'));
  // A prompt has tokens, and so has an answer with words in it: 0 stands for "not counted" (2.10).
  if (input !== undefined && !(isModelCall && input === 0)) usage.input = input;
  if (output !== undefined && !(isModelCall && output === 0 && saysSomething(read(event, 'output'))))
    usage.output = output;
  Object.assign(usage, cacheOf(event, tokens));
  return Object.keys(usage).length === 0 ? undefined : usage;
}

/**
 * `promptCached` is part of the prompt for OpenAI. For Anthropic, whose counts the SDKs repeat in the metadata of the end,
 * it is what was written to the cache and what was read from it together, and no part of the prompt (4.1).
 */
function cacheOf(event: JsonObject, tokens: JsonObject): UsageDraft {
  const metadata = asObject(read(event, 'metadata'));
  const written = asTokenCount(field(metadata, 'cacheCreationInputTokens'));
  const fromCache = asTokenCount(field(metadata, 'cacheReadInputTokens'));
  const cached = asTokenCount(field(tokens, 'promptCached') ?? field(tokens, 'prompt_cached'));
  const isSplit = written !== undefined || fromCache !== undefined;
  const [cacheWrite, cacheRead] = [written ?? 0, fromCache ?? 0];
  if (!isSplit || (cached !== undefined && cached !== cacheWrite + cacheRead))
    return cached === undefined ? {} : { cacheRead: cached };
  return { cacheRead, cacheWrite, cacheOutsideInput: true };
}

function saysSomething(output: JsonValue | undefined): boolean {
  if (Array.isArray(output)) return output.some(saysSomething);
  if (typeof output !== 'object' || output === null) return output !== undefined && output !== null && output !== '';
  return Object.entries(output).some(([name, part]) => name !== 'role' && saysSomething(part));
}
