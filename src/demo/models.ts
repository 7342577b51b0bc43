/** The models that the shop uses, by their providers' own names, and how long they usually take. */

import type { Random } from './random.ts';

export interface Model {
  readonly name: string;
  readonly provider: 'openai' | 'anthropic' | 'google' | 'mistral' | 'deepseek';
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

const model = (name: string, provider: Model['provider'], firstTokenMs: number, tokensPerSecond: number): Model => ({
  ...{ name, provider, firstTokenMs, tokensPerSecond },
});

export const MODELS = {
  gpt: model('gpt-5.1', 'openai', 900, 70),
  gptMini: model('gpt-5-mini', 'openai', 600, 130),
  gpt41Mini: model('gpt-4.1-mini', 'openai', 450, 110),
  sonnet: model('claude-sonnet-4-5', 'anthropic', 1100, 65),
  haiku: model('claude-haiku-4-5', 'anthropic', 500, 140),
  geminiPro: model('gemini-2.5-pro', 'google', 1800, 90),
  geminiFlash: model('gemini-2.5-flash', 'google', 400, 190),
  mistral: model('mistral-large-latest', 'mistral', 700, 60),
  mistralSmall: model('mistral-small-latest', 'mistral', 350, 120),
  deepseek: model('deepseek-chat', 'deepseek', 1400, 40),
} as const;

export interface Call {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly firstTokenMs: number;
  readonly durationMs: number;
}

/** Four characters a token, and the instructions that every prompt begins with. */
export function drawCall(
  random: Random,
  { firstTokenMs, tokensPerSecond }: Model,
  prompt: string,
  answer: string,
): Call {
  const inputTokens = Math.round(prompt.length / 4) + random.between(380, 1900);
  const outputTokens = Math.max(8, Math.round(answer.length / 4) + random.between(0, 60));
  const first = Math.round(random.around(firstTokenMs, 0.35));
  return {
    ...{ inputTokens, outputTokens, firstTokenMs: first },
    durationMs: first + Math.round(random.around((outputTokens / tokensPerSecond) * 1000, 0.25)),
  };
}

/** A release of an agent: what changed is to be seen in its errors, its latency and its cost. */
export interface Release {
  readonly version: string;
  readonly model: Model;
  readonly errorShare: number;
  readonly slowness: number;
  /** Days before the base time since which it is out. */
  readonly sinceDays: number;
}

/** The one that was out then; a tenth of the traffic is still on another one. */
export function drawRelease(random: Random, releases: readonly [Release, ...Release[]], ageDays: number): Release {
  const isStraggler = random.chance(0.1);
  const other = random.pick(releases);
  const current = releases.findLast(({ sinceDays }) => sinceDays >= ageDays) ?? releases[0];
  return isStraggler ? other : current;
}
