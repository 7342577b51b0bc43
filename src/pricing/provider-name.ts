/**
 * Providers by the many names that clients give them: an SDK's class (`ChatOpenAI`), a gateway's prefix (`vertex_ai`), a
 * telemetry name (`azure.openai`, `openai.responses`), an enum (`AWS_BEDROCK`).
 */

/** It runs on the caller's own machines: the price of another place would be wrong. */
export const SELF_HOSTED = 'self-hosted';
/** It passes calls on to others, whose name is in the model's. */
export const GATEWAY = 'gateway';

/** In this order; the text has lost everything but letters and digits. Ids are those of the price table. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [
    /ollama|vllm|lmstudio|llamacpp|llamafile|localai|^local|sglang|xinference|kobold|^mlx|^tgi$|selfhosted/,
    SELF_HOSTED,
  ],
  [/litellm|portkey|helicone|aigateway|vercel/, GATEWAY],
  [/openrouter/, 'openrouter'],
  [/copilot/, 'github-copilot'],
  [/azure/, 'azure'],
  [/bedrock|^aws|amazon/, 'aws'],
  [/vertex|google|gemini/, 'google'],
  [/anthropic|claude/, 'anthropic'],
  [/openai/, 'openai'],
  [/mistral/, 'mistral'],
  [/cohere/, 'cohere'],
  [/deepseek/, 'deepseek'],
  [/groq/, 'groq'],
  [/^xai|grok/, 'x-ai'],
  [/^together/, 'together'],
  [/^fireworks/, 'fireworks'],
  [/perplexity/, 'perplexity'],
  [/cerebras/, 'cerebras'],
  [/moonshot/, 'moonshotai'],
  [/voyage/, 'voyageai'],
  [/minimax/, 'minimax'],
  [/zhipu/, 'zhipuai'],
  [/^zai$/, 'zai'],
  [/cloudflare|workersai/, 'cloudflare'],
  [/novita/, 'novita'],
  [/baseten/, 'baseten'],
  [/ovhcloud/, 'ovhcloud'],
];

/** The table's id, `SELF_HOSTED`, `GATEWAY`, or `undefined` for a name that says nothing to us. */
export function providerNamed(name: string): string | undefined {
  const text = name.toLowerCase().replace(/[^a-z0-9]+/g, '');
  // Hugging Face passes calls to the hosts that its table names (`huggingface_together`); alone it names no price.
  if (text.startsWith('huggingface')) return name.toLowerCase().trim();
  return NAMES.find(([pattern]) => pattern.test(text))?.[1];
}

/** What stands before a model's name: whole words only, many models have the name of their maker in them. */
const PREFIXES = new Set(
  `openai azure azureopenai azureai bedrock bedrockconverse aws amazon amazonbedrock vertexai vertexaibeta google
  googlegenai googlevertexai googlevertex googlegla gemini anthropic mistral mistralai cohere coherechat deepseek groq xai
  together togetherai fireworks fireworksai perplexity cerebras moonshot moonshotai voyage voyageai minimax zhipu zhipuai
  zai cloudflare novita openrouter githubcopilot ollama ollamachat vllm hostedvllm lmstudio litellm litellmproxy vercel`
    .trim()
    .split(/\s+/),
);

/** `openai` in `openai/gpt-4o`. */
export function providerOfPrefix(prefix: string): string | undefined {
  return PREFIXES.has(prefix.toLowerCase().replace(/[^a-z0-9]+/g, '')) && !prefix.includes('.')
    ? providerNamed(prefix)
    : undefined;
}
