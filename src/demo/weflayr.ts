/** Single model calls of the shop's services, watched by Weflayr. */

import { repeated, type Scene } from './context.ts';
import { drawCall, MODELS } from './models.ts';
import type { Random } from './random.ts';
import type { DemoRequest } from './request.ts';
import { drawMatter, type Matter } from './shop.ts';
import { drawExchange } from './topics.ts';
import { callEvents, completion, usageOf } from './weflayr-wire.ts';

const SERVICES = [
  { name: 'reply-drafts', models: [MODELS.mistral, MODELS.sonnet], texts: replyDraft },
  { name: 'review-summary', models: [MODELS.geminiFlash, MODELS.deepseek], texts: reviewSummary },
  { name: 'search-rewrite', models: [MODELS.gptMini, MODELS.haiku], texts: searchRewrite },
] as const;

const FAILURES = [
  { error_type: 'APITimeoutError', error_message: 'Request timed out.', status_code: 504 },
  { error_type: 'RateLimitError', error_message: 'Rate limit reached, please try again in 2 s', status_code: 429 },
  {
    error_type: 'InternalServerError',
    error_message: 'The server had an error while processing your request',
    status_code: 500,
  },
] as const;

/** What the model is told, what it is asked, and what it answers. */
type Texts = readonly [string, string, string];

export function weflayrTraffic(scene: Scene): DemoRequest[] {
  return repeated(scene, 'weflayr/call', 430, (random) => watchedCall(scene, random)).flat();
}

function watchedCall({ timeline }: Scene, random: Random): DemoRequest[] {
  const id = random.uuid();
  const startMs = timeline.moment(random);
  const service = random.pick(SERVICES);
  const model = random.pick(service.models);
  const matter = drawMatter(random);
  const [system, question, answer] = service.texts(random, matter);
  const call = drawCall(random, model, question, answer);
  const environment = random.chance(0.15) ? 'staging' : 'production';
  const user = { user_id: matter.customer.id, session_id: `${matter.customer.id}-${service.name}` };
  const isStream = random.chance(0.4);
  const isFailed = random.chance(model === MODELS.deepseek ? 0.11 : 0.025);
  const failure = random.pick(FAILURES);
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content: question },
  ];
  return callEvents({
    ...{ id, model, startMs, messages, tags: { feature: service.name, environment, ...user } },
    params: { temperature: 0.4, max_tokens: 500 },
    durationMs: isFailed ? Math.round(call.durationMs * 2.5) : call.durationMs,
    ...(isStream && !isFailed ? { firstTokenMs: call.firstTokenMs } : {}),
    ...(isFailed ? { failure } : { response: completion(model, answer, usageOf(call.inputTokens, call.outputTokens)) }),
  });
}

function replyDraft(random: Random, matter: Matter): Texts {
  const { question, answer } = drawExchange(random, matter);
  return ['Draft a reply for our staff to check. Two or three sentences.', question, answer];
}

const PRAISE = ['light for what it does', 'easy to repair', 'warmer than I thought', 'worth the price'];
const BLAME = ['the zip sticks', 'the colour fades', 'it runs small', 'the bag that it comes in is too tight'];

function reviewSummary(random: Random, { product, days }: Matter): Texts {
  const [praise, blame] = [random.pick(PRAISE), random.pick(BLAME)];
  const reviews = [`★★★★★ The ${product.name} is ${praise}.`, `★★★☆☆ Good, but ${blame}.`, '★★★★☆ Second one I buy.'];
  const summary = `Of ${days * 4} reviews of the ${product.name}, most find it ${praise}. The usual complaint: ${blame}.`;
  return ['Sum up these reviews in two sentences for the product page.', reviews.join('\n'), summary];
}

function searchRewrite(random: Random, { product, size }: Matter): Texts {
  const typed = random.pick([
    `${product.name.toLowerCase()} ${size}`,
    `cheap ${product.name.split(' ').at(-1)}`,
    `somthing like ${product.name}`,
  ]);
  const rewritten = JSON.stringify({
    query: product.name,
    sku: product.sku,
    size,
    sort: typed.startsWith('cheap') ? 'price' : 'best',
  });
  return ['Rewrite what the customer typed as a search. Answer as JSON.', typed, rewritten];
}
