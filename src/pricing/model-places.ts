/**
 * Where in the price table a model may be: which provider, and its name there. The provider that a call states goes
 * first; then what the name itself says (`openai/gpt-4o`, `us.anthropic.claude-…`), then who makes models of that name.
 */

import { GATEWAY, providerNamed, providerOfPrefix, SELF_HOSTED } from './provider-name.ts';

export interface ModelPlace {
  readonly providerId: string;
  /** In lower case. */
  readonly name: string;
}

/** Companies that sell their own models, so that the name alone says the price. Hosts of open models are not among them. */
const MAKERS = [
  'openai',
  'anthropic',
  'google',
  'mistral',
  'deepseek',
  'x-ai',
  'cohere',
  'perplexity',
  'moonshotai',
  'voyageai',
  'minimax',
  'zhipuai',
];
/** Clients of these are pointed at other companies' servers, which speak the same protocol. */
const SPOKEN_ELSEWHERE = ['openai'];
/** `us.anthropic.claude-…`, `amazon.nova-…`, `meta.llama3-…`: only Bedrock writes the maker with a dot. */
const BEDROCK =
  /^(?:(?:us|eu|apac|au|jp|ca|sa|us-gov|global)\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen|writer|nvidia|google)\./;

export function placesOf(model: string, provider: string | undefined): ModelPlace[] {
  const name = plainName(model);
  if (name === '') return [];
  const stated = provider === undefined || provider.trim() === '' ? undefined : providerNamed(provider);
  if (stated === SELF_HOSTED) return [];
  if (stated === undefined || stated === GATEWAY) return unstated(name);
  const direct = [{ providerId: stated, name }, ...withoutOwnPrefix(stated, name)];
  return SPOKEN_ELSEWHERE.includes(stated) ? [...direct, ...unstated(name)] : direct;
}

/** Without the path that Google's and Bedrock's APIs put before the name. */
function plainName(model: string): string {
  const name = model.trim().toLowerCase();
  if (name.startsWith('arn:')) return name.slice(name.lastIndexOf('/') + 1);
  return name.startsWith('accounts/') ? name : name.replace(/^(?:.*\/)?models\/(?=[^/]+$)/, '');
}

/** `anthropic/claude-…` sent to Anthropic. */
function withoutOwnPrefix(providerId: string, name: string): ModelPlace[] {
  const prefixed = split(name);
  return prefixed !== undefined && providerOfPrefix(prefixed.prefix) === providerId
    ? [{ providerId, name: plainName(prefixed.rest) }]
    : [];
}

function unstated(name: string): ModelPlace[] {
  const prefixed = split(name);
  const named = prefixed === undefined ? undefined : providerOfPrefix(prefixed.prefix);
  if (prefixed !== undefined && named !== undefined) {
    if (named === SELF_HOSTED) return [];
    return named === GATEWAY ? unstated(prefixed.rest) : [{ providerId: named, name: plainName(prefixed.rest) }];
  }
  if (name.startsWith('accounts/fireworks/')) return [{ providerId: 'fireworks', name }];
  if (name.startsWith('@cf/')) return [{ providerId: 'cloudflare', name }];
  if (BEDROCK.test(name)) return [{ providerId: 'aws', name }];
  return MAKERS.map((providerId) => ({ providerId, name }));
}

/** `openai/gpt-4o` (LiteLLM, OpenRouter), `openai:gpt-4o` (LangChain, Pydantic AI). */
function split(name: string): { prefix: string; rest: string } | undefined {
  const at = name.search(/[/:]/);
  return at <= 0 || at === name.length - 1 || name.startsWith('ft:')
    ? undefined
    : { prefix: name.slice(0, at), rest: name.slice(at + 1) };
}
