/** A loop that costs dollars, and a conversation of several turns. */

import type { Scene } from './context.ts';
import { MODELS } from './models.ts';
import type { DemoRequest } from './request.ts';
import { MINUTE_MS } from './timeline.ts';
import { Thread } from './whyops-wire.ts';

const LOOP_STEPS = 64;
const CONTEXT_TOKENS = 9400;
const TOKENS_PER_STEP = 1850;

/** Each round asks the same question again, with everything that the rounds before have found in the prompt. */
export function runawayLoop({ featureId, timeline }: Scene): DemoRequest {
  const conversation = {
    traceId: featureId('runaway-loop'),
    agentName: 'catalogue-researcher',
    userId: 'buyer_7',
    environment: 'production',
  } as const;
  const thread = new Thread(conversation, timeline.ago(150 * MINUTE_MS));
  thread.userMessage('Find three shops that sell a 3-person tent below 500 € with a pole warranty of ten years.');
  const query = '3 person tent pole warranty 10 years below 500 EUR';
  for (let index = 0; index < LOOP_STEPS; index += 1) {
    if (index % 8 === 0) thread.thinking(`I have ${Math.min(2, index)} shops and need three. I will search once more.`);
    const inputTokens = CONTEXT_TOKENS + index * TOKENS_PER_STEP;
    const asked = {
      content: null,
      toolCalls: [{ name: 'web_search', arguments: { query } }],
      finishReason: 'tool_calls',
    };
    const call = { inputTokens, outputTokens: 84 + (index % 5) * 9, firstTokenMs: 900, durationMs: 1900 + index * 35 };
    thread.answer(MODELS.sonnet, call, asked);
    const hits = [
      { shop: 'Bergfuchs', price_eur: 489, warranty_years: 10 },
      { shop: 'Nordkit', price_eur: 455, warranty_years: 10 },
    ];
    thread.tool('web_search', { query }, 380 + (index % 7) * 40, { hits, note: 'same results as before' });
  }
  thread.error({
    message: `Recursion limit of ${LOOP_STEPS} steps reached without a final answer`,
    status: 508,
    stack: `GraphRecursionError: Recursion limit of ${LOOP_STEPS} reached\n    at Agent.run (/srv/agents/loop.ts:77:13)\n    at async handle (/srv/worker.ts:31:5)`,
  });
  return thread.request();
}

/** Three turns in one thread; the second one gets a cached prompt. */
export function trailConversation({ featureId, timeline }: Scene): DemoRequest {
  const conversation = {
    traceId: featureId('conversation'),
    agentName: 'trip-planner',
    userId: 'cust_1082',
    environment: 'production',
  } as const;
  const thread = new Thread(conversation, timeline.ago(47 * MINUTE_MS));
  const { haiku } = MODELS;
  thread.userMessage('Five days in the Lofoten in late September, my first long hike. Too ambitious?');
  thread.tool('weather_forecast', { place: 'Lofoten' }, 640, { low_c: 3, high_c: 10, rain_days: 4, wind_max_kmh: 62 });
  thread.answer(
    haiku,
    { inputTokens: 1240, outputTokens: 118, firstTokenMs: 520, durationMs: 2150 },
    {
      content:
        'Not too ambitious, but choose a low route: four of the five days bring rain and one brings wind above 60 km/h. I would walk Å to Reine with two nights in huts. How much do you carry comfortably?',
      finishReason: 'stop',
    },
  );
  thread.clockMs += 70_000;
  thread.userMessage('About 12 kg. I have the Dusk bag, is that warm enough?');
  thread.tool('gear_list', { weight_kg: 12 }, 210, { items: 17, weight_kg: 11.4 });
  thread.answer(
    haiku,
    { inputTokens: 1690, outputTokens: 96, firstTokenMs: 410, durationMs: 1730 },
    {
      content:
        'Just about: the Dusk is rated to 0 °C and nights will be near 3 °C. Take a liner and wear your mid-layer. Your list comes to **11.4 kg** with it.',
      finishReason: 'stop',
    },
    { cacheReadTokens: 1024 },
  );
  thread.clockMs += 95_000;
  thread.userMessage('Perfect. What do I do if the wind is worse than forecast?');
  thread.answer(
    haiku,
    { inputTokens: 1910, outputTokens: 88, firstTokenMs: 430, durationMs: 1620 },
    {
      content:
        'Stay in the hut a day: your fifth day is spare for that. From Munkebu you can also go down to Sørvågen in two hours and take the bus.',
      finishReason: 'stop',
    },
    { cacheReadTokens: 1536 },
  );
  return thread.request();
}
