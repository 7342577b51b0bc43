/**
 * Which provider's request and response an `llm` event holds. The shape of the output decides, then that of the inputs;
 * `properties.api` is a hint for what is left, its values are not documented (`protocols/voker.md` 4.2).
 */

import { asArray, asObject, asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { readUsage, type Usage, usageOfResponse } from '../../canonical/usage.ts';

export type Provider = 'openai' | 'anthropic' | 'google' | 'vercel-ai';

export interface ProviderCall {
  readonly provider: Provider | undefined;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
  readonly isEmbedding: boolean;
}

interface Shape {
  readonly provider: Provider;
  readonly isEmbedding?: true;
  readonly usage?: (output: JsonObject) => Usage | undefined;
  matches(output: JsonObject): boolean;
}

function first(object: JsonObject, list: string): JsonValue | undefined {
  return asArray(field(object, list))?.[0];
}

const openaiChat: Shape = {
  provider: 'openai',
  matches: (output) => asArray(field(output, 'choices')) !== undefined,
};

const openaiResponses: Shape = {
  provider: 'openai',
  matches: (output) => field(output, 'object') === 'response' || asArray(field(output, 'output')) !== undefined,
};

const openaiEmbedding: Shape = {
  provider: 'openai',
  isEmbedding: true,
  matches: (output) => at(first(output, 'data'), 'embedding') !== undefined,
};

const anthropicMessages: Shape = {
  provider: 'anthropic',
  matches: (output) => field(output, 'type') === 'message' && asArray(field(output, 'content')) !== undefined,
};

/** Camel case from REST and Node, snake case from Python. */
const geminiModels: Shape = {
  provider: 'google',
  matches: (output) =>
    asArray(field(output, 'candidates')) !== undefined ||
    asObject(field(output, 'usageMetadata')) !== undefined ||
    asObject(field(output, 'usage_metadata')) !== undefined,
};

/** `api: "gemini-interactions"`, seen in the official Python client 0.0.15. */
const geminiInteractions: Shape = {
  provider: 'google',
  matches: (output) =>
    field(output, 'object') === 'interaction' ||
    (asArray(field(output, 'outputs')) !== undefined && asText(field(output, 'status')) !== undefined),
};

const geminiEmbedding: Shape = {
  provider: 'google',
  isEmbedding: true,
  matches: (output) =>
    at(first(output, 'embeddings'), 'values') !== undefined || at(output, 'embedding', 'values') !== undefined,
};

/** A call with several steps tells the usage of the last one, and that of all steps next to it. */
const vercelText: Shape = {
  provider: 'vercel-ai',
  usage: (output) =>
    (asArray(field(output, 'steps'))?.length ?? 0) > 1
      ? (readUsage(field(output, 'totalUsage')) ?? usageOfResponse(output))
      : usageOfResponse(output),
  matches: (output) =>
    asText(field(output, 'finishReason')) !== undefined || asText(at(output, 'response', 'modelId')) !== undefined,
};

const vercelEmbedding: Shape = {
  provider: 'vercel-ai',
  isEmbedding: true,
  matches: (output) =>
    asArray(field(output, 'embedding')) !== undefined || asArray(first(output, 'embeddings')) !== undefined,
};

const SHAPES: readonly Shape[] = [
  openaiChat,
  openaiResponses,
  anthropicMessages,
  geminiModels,
  geminiInteractions,
  openaiEmbedding,
  geminiEmbedding,
  vercelText,
  vercelEmbedding,
];

/** Beginnings of `properties.api`. The first six values of the official client start with one of the first three. */
const HINTS: readonly (readonly [string, Provider])[] = [
  ['openai', 'openai'],
  ['anthropic', 'anthropic'],
  ['gemini', 'google'],
  ['google', 'google'],
  ['vercel', 'vercel-ai'],
  ['aisdk', 'vercel-ai'],
  ['ai-sdk', 'vercel-ai'],
];

export function readProviderCall(properties: JsonObject): ProviderCall {
  const output = asObject(field(properties, 'output'));
  const inputs = asObject(field(properties, 'inputs'));
  const shape = output === undefined ? undefined : SHAPES.find((candidate) => candidate.matches(output));
  const usage = output === undefined ? undefined : (shape?.usage ?? usageOfResponse)(output);
  return {
    provider: shape?.provider ?? providerOfInputs(inputs) ?? hintedProvider(asText(field(properties, 'api'))),
    model: modelOf(output, inputs),
    usage,
    isEmbedding: shape?.isEmbedding ?? false,
  };
}

function providerOfInputs(inputs: JsonObject | undefined): Provider | undefined {
  return field(inputs, 'contents') === undefined ? undefined : 'google';
}

function hintedProvider(api: string | undefined): Provider | undefined {
  const word = api?.toLowerCase();
  return HINTS.find(([beginning]) => word?.startsWith(beginning))?.[1];
}

/** What answered, else what was asked for. Vercel's model may be an object. */
function modelOf(output: JsonObject | undefined, inputs: JsonObject | undefined): string | undefined {
  const places = [
    field(output, 'model'),
    field(output, 'modelVersion'),
    field(output, 'model_version'),
    at(output, 'response', 'modelId'),
    field(inputs, 'model'),
    at(inputs, 'model', 'modelId'),
  ];
  return places.map(asText).find((model) => model !== undefined);
}
