/**
 * Agents that WhyOps watches: a trip planner, a stock watcher and a researcher. An event has the version of its agent
 * that was registered last, so versions are sent one after the other.
 */

import { type Scene, scaled, step } from './context.ts';
import { drawCall, drawRelease, MODELS, type Release } from './models.ts';
import type { Random } from './random.ts';
import type { DemoRequest, Step } from './request.ts';
import { drawMatter, type Matter } from './shop.ts';
import { DAY_MS } from './timeline.ts';
import { runawayLoop, trailConversation } from './whyops-features.ts';
import { register, Thread } from './whyops-wire.ts';

interface Agent {
  readonly name: string;
  readonly prompt: string;
  readonly tools: readonly string[];
  readonly count: number;
  readonly releases: readonly [Release, ...Release[]];
  readonly play: (random: Random, thread: Thread, release: Release, matter: Matter) => void;
}

const AGENTS: readonly Agent[] = [
  {
    ...{ name: 'trip-planner', count: 190, tools: ['weather_forecast', 'route_search', 'gear_list'], play: planTrip },
    prompt: 'You plan hikes for customers of Larkfell Outfitters. Check the weather before you promise anything.',
    releases: [
      { version: '1', model: MODELS.sonnet, errorShare: 0.06, slowness: 1.2, sinceDays: 99 },
      { version: '2', model: MODELS.geminiFlash, errorShare: 0.22, slowness: 0.6, sinceDays: 3.5 },
      { version: '3', model: MODELS.gpt, errorShare: 0.02, slowness: 0.9, sinceDays: 1.2 },
    ],
  },
  {
    ...{ name: 'stock-watcher', count: 120, tools: ['check_stock', 'order_from_supplier'], play: watchStock },
    prompt: 'You watch the stock of the warehouse in Leeds and order before it runs out.',
    releases: [
      { version: '1', model: MODELS.deepseek, errorShare: 0.08, slowness: 1.4, sinceDays: 99 },
      { version: '2', model: MODELS.gptMini, errorShare: 0.03, slowness: 0.8, sinceDays: 2 },
    ],
  },
  {
    ...{ name: 'catalogue-researcher', count: 60, tools: ['web_search', 'read_page'], play: research },
    prompt: 'You find out what rivals charge. Stop as soon as you have three sources.',
    releases: [
      { version: '1', model: MODELS.haiku, errorShare: 0.05, slowness: 1, sinceDays: 99 },
      { version: '2', model: MODELS.sonnet, errorShare: 0.05, slowness: 1.3, sinceDays: 1 },
    ],
  },
];

const VERSIONS = Math.max(...AGENTS.map(({ releases }) => releases.length));

export function whyopsSteps(scene: Scene): Step[] {
  const traffic = AGENTS.map((agent) => ({ agent, played: playAll(scene, agent) }));
  return Array.from({ length: VERSIONS }).flatMap((_, index) => {
    const version = traffic.filter(({ agent }) => agent.releases[index] !== undefined);
    const traces = version.flatMap(({ agent, played }) => played.get(agent.releases[index]?.version ?? '') ?? []);
    // Both ran with the second versions: the loop is why the third one has a limit.
    const featured = index === 1 ? [runawayLoop(scene), trailConversation(scene)] : [];
    return [
      step(
        `WhyOps agents, version ${index + 1}`,
        version.map(({ agent }) => registration(agent, index)),
      ),
      step(`WhyOps traces, version ${index + 1}`, [...traces, ...featured]),
    ];
  });
}

function registration({ name, prompt, tools, releases }: Agent, index: number): DemoRequest {
  const release = releases[index];
  const model = release?.model.name ?? '';
  return register(
    name,
    `${prompt}\n\nRevision ${index + 1}, written for ${model}.`,
    tools,
    `Release ${release?.version}`,
  );
}

function playAll(scene: Scene, agent: Agent): Map<string, DemoRequest[]> {
  const byVersion = new Map<string, DemoRequest[]>();
  for (let index = 0; index < scaled(scene, agent.count); index += 1) {
    const random = scene.random.fork(`whyops/${agent.name}/${index}`);
    const startMs = scene.timeline.moment(random);
    const release = drawRelease(random, agent.releases, (scene.timeline.baseMs - startMs) / DAY_MS);
    const matter = drawMatter(random);
    const environment = random.chance(0.2) ? 'staging' : 'production';
    const thread = new Thread(
      { traceId: random.uuid(), agentName: agent.name, userId: matter.customer.id, environment },
      startMs,
    );
    agent.play(random, thread, release, matter);
    byVersion.set(release.version, [...(byVersion.get(release.version) ?? []), thread.request()]);
  }
  return byVersion;
}

function call(random: Random, { model, slowness }: Release, prompt: string, answer: string) {
  const drawn = drawCall(random, model, prompt, answer);
  return { ...drawn, durationMs: Math.round(drawn.durationMs * slowness) };
}

const PLACES = ['the Tatras', 'the Lofoten', 'the Cairngorms', 'the Picos de Europa', 'the Rila', 'the Julian Alps'];

function planTrip(random: Random, thread: Thread, release: Release, { product }: Matter): void {
  const { model, slowness } = release;
  const place = random.pick(PLACES);
  const days = random.between(2, 8);
  const question = `We want to walk ${days} days in ${place} in September, two adults. I already have the ${product.name}. What else do we need, and which route would you take?`;
  thread.userMessage(question);
  thread.embed(
    'text-embedding-3-small',
    'openai',
    `${place} ${days} days hut to hut`,
    random.between(9, 24),
    random.between(60, 240),
  );
  thread.answer(model, call(random, release, question, place), {
    content: null,
    toolCalls: [
      { name: 'weather_forecast', arguments: { place } },
      { name: 'route_search', arguments: { place, days } },
    ],
    finishReason: 'tool_calls',
  });
  const weatherMs = Math.round(random.around(420 * slowness, 0.4));
  if (random.chance(release.errorShare)) {
    thread.failedTool('weather_forecast', { place }, 8000, {
      message: `No forecast for ${place}: the weather service timed out`,
      status: 504,
      stack: 'Error: 504 Gateway Timeout\n    at forecast (/srv/tools/weather.ts:23:13)',
    });
    return;
  }
  thread.tool('weather_forecast', { place }, weatherMs, {
    place,
    low_c: random.between(-2, 8),
    high_c: random.between(12, 22),
    rain_days: random.between(0, 3),
  });
  thread.tool('route_search', { place, days }, Math.round(random.around(310, 0.4)), {
    routes: [{ name: `${place} high route`, km: days * 16, huts: days - 1 }],
  });
  const answer = `Take the high route of ${place}: ${days * 16} km over ${days} days, with ${days - 1} nights in huts. Nights get close to freezing, so besides your ${product.name} bring a warm bag, a hard shell and poles. Book the second hut early.`;
  thread.answer(model, call(random, release, question.repeat(4), answer), { content: answer, finishReason: 'stop' });
}

function watchStock(random: Random, thread: Thread, release: Release, { product, days }: Matter): void {
  thread.userMessage(`Nightly check of ${product.sku}`, { trigger: 'schedule' });
  const stock = random.between(0, 40);
  thread.tool('check_stock', { sku: product.sku }, Math.round(random.around(130, 0.5)), {
    sku: product.sku,
    stock,
    sold_per_day: random.between(1, 6),
  });
  const answer =
    stock < 15
      ? `${product.name} lasts for ${days} days: ordering 30.`
      : `${product.name}: ${stock} in stock, enough for now.`;
  thread.answer(release.model, call(random, release, product.name, answer), { content: answer, finishReason: 'stop' });
  if (stock >= 15) return;
  const args = { sku: product.sku, quantity: 30 };
  if (random.chance(release.errorShare * 3)) {
    thread.failedTool('order_from_supplier', args, 2300, {
      message: 'Supplier refuses: credit limit reached',
      status: 402,
    });
    return;
  }
  thread.tool('order_from_supplier', args, Math.round(random.around(900, 0.4)), {
    order: `PO-${random.between(7000, 7999)}`,
    eta_days: 9,
  });
}

function research(random: Random, thread: Thread, release: Release, { product }: Matter): void {
  const question = `What do rivals charge for something like the ${product.name}?`;
  thread.userMessage(question);
  thread.thinking(`The ${product.name} is ${product.priceEur} €. I need three shops with the same kind of product.`);
  const searches = random.between(2, 3);
  for (let index = 0; index < searches; index += 1) {
    const query = `${product.name} alternative price ${['', 'EU', 'review'][index]}`.trim();
    thread.answer(release.model, call(random, release, query, query), {
      content: null,
      toolCalls: [{ name: 'web_search', arguments: { query } }],
      finishReason: 'tool_calls',
    });
    if (random.chance(release.errorShare))
      thread.failedTool('web_search', { query }, 1200, { message: '429 Too many searches', status: 429 });
    else
      thread.tool('web_search', { query }, Math.round(random.around(520, 0.4)), {
        hits: [
          {
            shop: random.pick(['Bergfuchs', 'Nordkit', 'Alpenware']),
            price_eur: Math.round(product.priceEur * random.around(1, 0.1)),
          },
        ],
      });
  }
  const answer = `Rivals ask between ${Math.round(product.priceEur * 0.9)} and ${Math.round(product.priceEur * 1.15)} €; we are in the middle.`;
  thread.answer(release.model, call(random, release, question.repeat(6), answer), {
    content: answer,
    finishReason: 'stop',
  });
}
