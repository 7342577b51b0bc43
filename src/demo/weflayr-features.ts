/** Hand-written model calls, watched by Weflayr: streams, limits, refusals, reasoning. */

import type { JsonObject } from '../canonical/json.ts';
import type { Scene } from './context.ts';
import { MODELS } from './models.ts';
import type { DemoRequest } from './request.ts';
import { customerNamed } from './shop.ts';
import { MINUTE_MS } from './timeline.ts';
import { callEvents, completion, usageOf, type WatchedCall } from './weflayr-wire.ts';

export function weflayrFeatures(scene: Scene): DemoRequest[] {
  return [...streams(scene), ...failures(scene), ...limits(scene)].flatMap(callEvents);
}

/** What all of them have in common. */
function asked({ featureId, timeline }: Scene, name: string, minutesAgo: number, feature: string, question: string) {
  const tags: JsonObject = {
    ...{ feature, environment: 'production', featured: true },
    user_id: customerNamed('Hannah Vogel').id,
  };
  const startMs = timeline.ago(minutesAgo * MINUTE_MS);
  return { id: featureId(name), startMs, tags, messages: [{ role: 'user', content: question }] };
}

function streams(scene: Scene): WatchedCall[] {
  const { geminiFlash, geminiPro, sonnet } = MODELS;
  const story =
    'The path leaves Reine at the school and climbs at once. After an hour the lake comes into sight, and the wind with it. Here you will be glad of the shell in the top of your pack…';
  const plan = 'Theme 1: first snow. Theme 2: the long hut evening. Theme 3: repair, not replace. …';
  const reasoned = usageOf(118, 2760, { completion_tokens_details: { reasoning_tokens: 1985 } });
  return [
    {
      ...asked(scene, 'stream', 7, 'newsletter', 'Tell the story of a day on the Lofoten crossing for our newsletter.'),
      ...{ model: geminiFlash, firstTokenMs: 390, durationMs: 5240 },
      params: { temperature: 0.9, stream_options: { include_usage: true } },
      response: completion(geminiFlash, story, usageOf(62, 842)),
    },
    {
      ...asked(
        scene,
        'slow-stream',
        29,
        'catalogue',
        'Plan our winter catalogue: 40 pages, ten themes, one product each.',
      ),
      ...{ model: geminiPro, firstTokenMs: 14_600, durationMs: 31_800 },
      response: completion(geminiPro, plan, reasoned),
    },
    // Its end never comes.
    {
      ...asked(scene, 'lost-stream', 51, 'newsletter', 'Write the page about our repairs workshop.'),
      ...{ model: sonnet, firstTokenMs: 1220 },
    },
  ];
}

function failures(scene: Scene): WatchedCall[] {
  const limit =
    "Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-5.1 in organization org-larkfell on tokens per min (TPM): Limit 500000, Used 498211, Requested 14302. Please try again in 1.5s.', 'type': 'tokens', 'code': 'rate_limit_exceeded'}}";
  const filter =
    "Error code: 400 - {'error': {'message': 'The response was filtered due to the prompt triggering the content management policy', 'code': 'content_filter', 'innererror': {'content_filter_result': {'violence': {'filtered': True, 'severity': 'medium'}}}}}";
  const threat = 'A customer writes: "I will come to your shop and hurt whoever packed this." Draft a reply.';
  return [
    {
      ...asked(scene, 'rate-limit', 15, 'review-summary', 'Summarise 400 reviews of the Scree boots.'),
      ...{ model: MODELS.gpt, durationMs: 214 },
      failure: { error_type: 'RateLimitError', error_message: limit, status_code: 429 },
    },
    {
      ...asked(scene, 'content-filter', 36, 'reply-drafts', threat),
      ...{ model: MODELS.gpt, durationMs: 940, params: { max_tokens: 300 } },
      failure: { error_type: 'BadRequestError', error_message: filter, status_code: 400 },
    },
  ];
}

function limits(scene: Scene): WatchedCall[] {
  const cut =
    'Materials: 20-denier ripstop nylon, silicone on both sides, hydrostatic head 3 000 mm. Floor: 40-denier nylon, 5 000 mm. Poles: DAC Featherlite NSL 9.3 mm. Pegs: 12 of 7001 alumin';
  const tour =
    'Courier A takes the 84 parcels north of the river, B the 91 in the centre, C the rest with the cargo bike. Nobody drives more than 61 km.';
  const reasoned = usageOf(1420, 3260, {
    prompt_tokens_details: { cached_tokens: 1280 },
    completion_tokens_details: { reasoning_tokens: 3136 },
  });
  return [
    {
      ...asked(scene, 'max-tokens', 44, 'product-data', 'List all materials of the Fellside 2.'),
      ...{ model: MODELS.mistral, durationMs: 1710, params: { max_tokens: 64 } },
      response: completion(MODELS.mistral, cut, usageOf(88, 64), 'length'),
    },
    {
      ...asked(
        scene,
        'reasoning',
        55,
        'dispatch',
        'Three couriers, 212 parcels, two vans in repair: who drives where tomorrow?',
      ),
      ...{ model: MODELS.gpt, durationMs: 18_400 },
      params: { reasoning_effort: 'high', max_completion_tokens: 8000 },
      response: completion(MODELS.gpt, tour, reasoned),
    },
  ];
}
