/** Everyday traffic of the support desk, through Lunary: an agent that looks things up, and chats on the shop's page. */

import type { JsonObject } from '../canonical/json.ts';
import { repeated, type Scene } from './context.ts';
import {
  chatRun,
  feedbackEvent,
  ingest,
  messageEvent,
  type Run,
  runEvents,
  toolCall,
  toolResult,
} from './lunary-wire.ts';
import { type Call, drawCall, drawRelease, MODELS, type Release } from './models.ts';
import type { Random } from './random.ts';
import type { DemoRequest } from './request.ts';
import { drawMatter, type Matter } from './shop.ts';
import { DAY_MS } from './timeline.ts';
import { drawExchange, type Exchange } from './topics.ts';

export const SUPPORT_PROMPT =
  'You are the support agent of Larkfell Outfitters. Be warm and brief. Look things up before you promise them. Never invent order numbers, prices or delivery dates.';

const RELEASES: readonly [Release, ...Release[]] = [
  { version: '3.1', model: MODELS.sonnet, errorShare: 0.04, slowness: 1, sinceDays: 99 },
  { version: '3.2', model: MODELS.gptMini, errorShare: 0.13, slowness: 0.7, sinceDays: 4 },
  { version: '3.3', model: MODELS.haiku, errorShare: 0.03, slowness: 0.6, sinceDays: 1.5 },
];

export function toolDefinition(name: string): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      description: `${name.replaceAll('_', ' ')} in the shop's systems`,
      parameters: {
        type: 'object',
        properties: { order_id: { type: 'string' }, sku: { type: 'string' }, query: { type: 'string' } },
      },
    },
  };
}

export function lunaryTraffic(scene: Scene): DemoRequest[] {
  return [
    ...repeated(scene, 'lunary/support', 430, (random) => supportTrace(scene, random)),
    ...repeated(scene, 'lunary/tracker', 110, (random) => trackerTrace(scene, random)),
    ...repeated(scene, 'lunary/thread', 45, (random) => thread(scene, random)),
  ];
}

function tagsOf(environment: string, exchange: Exchange, version: string): string[] {
  return [exchange.topic.name, environment, `release-${version}`];
}

function supportTrace({ timeline }: Scene, random: Random): DemoRequest {
  const startMs = timeline.moment(random);
  const release = drawRelease(random, RELEASES, (timeline.baseMs - startMs) / DAY_MS);
  const matter = drawMatter(random);
  const events = supportRun(random, { startMs, release, matter, exchange: drawExchange(random, matter) });
  return ingest(events);
}

interface Support {
  readonly startMs: number;
  readonly release: Release;
  readonly matter: Matter;
  readonly exchange: Exchange;
  readonly parent?: string;
}

/** agent → model (asks for the tool) → tool → model (answers). When the tool fails, so does the run. */
function supportRun(random: Random, support: Support): JsonObject[] {
  const { release, matter, exchange } = support;
  const { topic, question, answer } = exchange;
  const ids = { agent: random.uuid(), ask: random.uuid(), tool: random.uuid(), answer: random.uuid() };
  const environment = random.chance(0.12) ? 'staging' : 'production';
  const channel = random.pick(['web', 'app', 'mail']);
  const args = topic.asked(matter);
  const isFailed = random.chance(release.errorShare);
  const [first, second] = [
    drawCall(random, release.model, question, JSON.stringify(args)),
    drawCall(random, release.model, question + JSON.stringify(topic.found(matter)), answer),
  ];
  const toolMs = Math.round(random.around(isFailed ? 5000 : 240, 0.5));
  const runs = runsOf(support, { ids, environment, channel, args, isFailed, first, second, toolMs });
  const endMs = runs[0]?.endMs ?? support.startMs;
  const rated = random.chance(0.15) ? [feedbackEvent(ids.agent, endMs + 30_000, rating(random, isFailed))] : [];
  return [...runs.flatMap(runEvents), ...rated];
}

interface Drawn {
  readonly ids: Readonly<Record<'agent' | 'ask' | 'tool' | 'answer', string>>;
  readonly environment: string;
  readonly channel: string;
  readonly args: JsonObject;
  readonly isFailed: boolean;
  readonly first: Call;
  readonly second: Call;
  readonly toolMs: number;
}

/** The agent first. */
function runsOf({ startMs, release, matter, exchange, parent }: Support, drawn: Drawn): Run[] {
  const { ids, environment, channel, args, isFailed, first, second, toolMs } = drawn;
  const { topic, question, answer } = exchange;
  const { model, slowness, version } = release;
  const { customer, orderId } = matter;
  const toolStartMs = startMs + 20 + Math.round(first.durationMs * slowness);
  const toolEndMs = toolStartMs + toolMs;
  const endMs = isFailed ? toolEndMs + 15 : toolEndMs + 10 + Math.round(second.durationMs * slowness);
  const found = topic.found(matter);
  const asked = toolCall(topic.tool, args);
  const input = [
    { role: 'system', content: SUPPORT_PROMPT },
    { role: 'user', content: question },
  ];
  const params = { temperature: 0.2, tools: [toolDefinition(topic.tool), toolDefinition('escalate_to_human')] };
  const failure = isFailed ? { failure: timeoutOf(topic.tool) } : {};
  const below = { parent: ids.agent, customer };
  const agent: Run = {
    ...{
      id: ids.agent,
      type: 'agent',
      name: 'support-agent',
      startMs,
      endMs,
      input: question,
      output: answer,
      customer,
    },
    ...{ ...failure, ...(parent === undefined ? {} : { parent }), tags: tagsOf(environment, exchange, version) },
    metadata: { environment, release: version, orderId, channel },
  };
  const asks = { startMs: startMs + 10, endMs: toolStartMs - 10, usage: tokensOf(first) };
  const tool = { startMs: toolStartMs, endMs: toolEndMs, input: args, output: found };
  const answers = { startMs: toolEndMs + 5, endMs: endMs - 5, usage: tokensOf(second) };
  const history = [...input, asked, toolResult(topic.tool, JSON.stringify(found))];
  return [
    agent,
    chatRun({ ...below, id: ids.ask, model, ...asks, input, answer: asked, params }),
    { ...below, id: ids.tool, type: 'tool', name: topic.tool, ...tool, ...failure },
    ...(isFailed ? [] : [chatRun({ ...below, id: ids.answer, model, ...answers, input: history, answer, params })]),
  ];
}

function tokensOf({ inputTokens, outputTokens }: Call): JsonObject {
  return { prompt: inputTokens, completion: outputTokens };
}

function rating(random: Random, isFailed: boolean): JsonObject {
  const isGood = random.chance(isFailed ? 0.1 : 0.85);
  const comment = isGood
    ? random.pick(['That was quick!', 'Solved, thank you', 'Very kind'])
    : 'It did not answer my question';
  return random.chance(0.5) ? { thumb: isGood ? 'up' : 'down', comment } : { thumb: isGood ? 'up' : 'down' };
}

function timeoutOf(tool: string) {
  const message = `${tool}: no answer from the order service after 5000 ms`;
  return {
    message,
    stack: `TimeoutError: ${message}\n    at OrderService.request (/app/src/services/orders.ts:88:11)\n    at async runTool (/app/src/agent/tools.ts:41:18)`,
  };
}

/** A small agent without a model's plan: two look-ups and one short text. */
function trackerTrace({ timeline }: Scene, random: Random): DemoRequest {
  const startMs = timeline.moment(random);
  const matter = drawMatter(random);
  const agentId = random.uuid();
  const lookups = ['lookup_order', 'carrier_status'].map((name, index): Run => {
    const from = startMs + 30 + index * 400;
    const input = { order_id: matter.orderId };
    const output = { order_id: matter.orderId, status: random.pick(['packed', 'shipped', 'delivered']) };
    return {
      id: random.uuid(),
      parent: agentId,
      type: 'tool',
      name,
      startMs: from,
      endMs: from + random.between(60, 380),
      input,
      output,
    };
  });
  const text = `Your ${matter.product.name} left our warehouse and should be with you in two working days.`;
  const call = drawCall(random, MODELS.mistralSmall, text, text);
  const endMs = startMs + 900 + call.durationMs;
  const usage = { prompt: call.inputTokens, completion: call.outputTokens };
  const input = [
    { role: 'user', content: `Write one friendly sentence about ${matter.orderId}: ${matter.product.name}, shipped.` },
  ];
  const agent: Run = {
    ...{
      id: agentId,
      type: 'agent',
      name: 'order-tracker',
      startMs,
      endMs,
      input: { orderId: matter.orderId },
      output: text,
    },
    ...{ customer: matter.customer, tags: ['delivery', 'production'], metadata: { environment: 'production' } },
  };
  const answer = chatRun({
    id: random.uuid(),
    parent: agentId,
    model: MODELS.mistralSmall,
    startMs: startMs + 880,
    endMs: endMs - 5,
    input,
    answer: text,
    usage,
  });
  return ingest([agent, ...lookups, answer].flatMap(runEvents));
}

/** A chat on the page: messages of a thread, with the agent's run below each question. */
function thread({ timeline }: Scene, random: Random): DemoRequest {
  let atMs = timeline.moment(random) - 10 * 60_000;
  const release = drawRelease(random, RELEASES, (timeline.baseMs - atMs) / DAY_MS);
  const matter = drawMatter(random);
  const exchange = drawExchange(random, matter);
  const threadId = random.uuid();
  const common = { thread: threadId, customer: matter.customer, tags: ['chat', exchange.topic.name] };
  const turns = [[exchange.question, exchange.answer], exchange.followUp] as const;
  const events = turns.flatMap(([question, answer], index) => {
    const [askId, answerId] = [random.uuid(), random.uuid()];
    const run = supportRun(random, {
      startMs: atMs + 200,
      release: { ...release, errorShare: 0 },
      matter,
      exchange: { ...exchange, question, answer },
      parent: askId,
    });
    const asked = messageEvent({ ...common, id: askId, role: 'user', content: question, atMs });
    const answerMs = atMs + 15_000;
    const thumb = index === 1 && random.chance(0.4) ? { thumb: 'up' as const } : {};
    atMs += random.between(40_000, 200_000);
    return [
      asked,
      ...run,
      messageEvent({ ...common, ...thumb, id: answerId, role: 'assistant', content: answer, atMs: answerMs }),
    ];
  });
  return ingest(events);
}
