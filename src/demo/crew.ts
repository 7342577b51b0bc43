/** A research crew: one run of about 1 200 spans, agents below agents below agents. */

import type { JsonObject } from '../canonical/json.ts';
import type { Scene } from './context.ts';
import { chatRun, ingest, type Run, runEvents } from './lunary-wire.ts';
import { drawCall, MODELS } from './models.ts';
import type { Random } from './random.ts';
import type { DemoRequest } from './request.ts';
import { customerNamed, PRODUCTS } from './shop.ts';
import { MINUTE_MS } from './timeline.ts';

const QUESTIONS = [
  'materials and their weight',
  'price against four rivals',
  'reviews of the last year',
  'failures under load',
  'repairability',
  'where it is made',
  'packaging',
  'who buys it',
];
const SOURCES_PER_QUESTION = 4;
/** A client splits what it has gathered; 400 events are half a second of this crew. */
const BATCH_EVENTS = 400;

/** 1 lead, per product a scout, per question an analyst: four rounds of search and reading, then a summary. */
export function researchCrew({ random: seed, timeline, featureId }: Scene): DemoRequest[] {
  const random = seed.fork('crew');
  const runs: Run[] = [];
  const leadId = featureId('research-crew');
  const startMs = timeline.ago(95 * MINUTE_MS);
  let clockMs = startMs + 1500;
  for (const product of PRODUCTS) {
    const scoutId = random.uuid();
    const scoutStartMs = clockMs;
    for (const question of QUESTIONS)
      clockMs = analyst(random, runs, { task: { parent: scoutId, subject: product.name, question }, startMs: clockMs });
    const output = `${product.name}: keep. Two findings for the buyers, one for the workshop.`;
    runs.push({
      id: scoutId,
      parent: leadId,
      type: 'agent',
      name: 'product-scout',
      startMs: scoutStartMs,
      endMs: clockMs,
      input: { sku: product.sku, questions: QUESTIONS },
      output,
    });
    clockMs += 120;
  }
  const report = `# Spring range review\n\n| product | verdict |\n|---|---|\n${PRODUCTS.map(({ name }) => `| ${name} | keep |`).join('\n')}\n\nThe **Rill water filter** needs a second supplier.`;
  runs.push({
    ...{ id: leadId, type: 'agent', name: 'research-crew', startMs, endMs: clockMs + 800, output: report },
    input: 'Review the whole spring range against our rivals. One scout per product, tell me what to keep.',
    ...{
      customer: customerNamed('Amara Okafor'),
      tags: ['featured', 'research', 'production'],
      metadata: { environment: 'production', crew: 16 },
    },
  });
  return batches(runs.flatMap(runEvents));
}

interface Task {
  readonly parent: string;
  readonly subject: string;
  readonly question: string;
}

/** Returns when the next one begins. */
function analyst(random: Random, runs: Run[], { task, startMs }: { task: Task; startMs: number }): number {
  const { parent, subject, question } = task;
  const id = random.uuid();
  let clockMs = startMs + 20;
  for (let round = 0; round < SOURCES_PER_QUESTION; round += 1)
    clockMs = readSource(random, runs, { task: { ...task, parent: id }, round, startMs: clockMs });
  const summary = `Four sources on ${question} of the ${subject}: three agree, the forum does not.`;
  const model = MODELS.gptMini;
  const call = drawCall(random, model, summary, summary);
  const endMs = clockMs + Math.round(call.durationMs / 4);
  const below = { id: random.uuid(), parent: id, usage: { prompt: call.inputTokens, completion: call.outputTokens } };
  const input = [{ role: 'user', content: `Sum up in one sentence: ${subject}, ${question}` }];
  runs.push(chatRun({ ...below, model, startMs: clockMs, endMs, input, answer: summary }), {
    ...{ id, parent, type: 'agent', name: 'analyst', startMs, endMs: endMs + 5 },
    ...{ input: { subject, question }, output: summary },
  });
  return endMs + 20;
}

/** One search, and a model that reads what it found. */
function readSource(
  random: Random,
  runs: Run[],
  { task, round, startMs }: { task: Task; round: number; startMs: number },
): number {
  const { parent, subject, question } = task;
  const query = `${subject} ${question}${['', ' independent test', ' forum', ' recall'][round] ?? ''}`;
  const foundMs = startMs + Math.round(random.around(180, 0.5));
  const hits = [{ url: `https://reviews.example/${random.between(1000, 9999)}`, title: `${subject}: ${question}` }];
  const model = round % 2 === 0 ? MODELS.geminiFlash : MODELS.deepseek;
  const difference = random.pick(['a little heavier', 'a little dearer', 'easier to repair', 'longer in stock']);
  const answer = `On ${question}: the ${subject} does as well as its rivals, ${difference}.`;
  const call = drawCall(random, model, query, answer);
  const endMs = foundMs + 5 + Math.round(call.durationMs / 4);
  const usage = { prompt: call.inputTokens + 1800, completion: call.outputTokens };
  const isOverloaded = random.chance(0.004);
  const message = '503 The model is overloaded';
  const failure = { message, stack: `APIError: ${message}\n    at research (/app/crew.ts:61:9)` };
  runs.push(
    {
      ...{ id: random.uuid(), parent, type: 'tool', name: 'web_search', startMs, endMs: foundMs },
      ...{ input: { query }, output: { hits } },
    },
    chatRun({
      ...{ id: random.uuid(), parent, model, startMs: foundMs + 5, endMs, usage, answer },
      input: [{ role: 'user', content: `Read the sources and say what they say on: ${query}` }],
      ...(isOverloaded ? { failure } : {}),
    }),
  );
  return endMs + 10;
}

function batches(events: readonly JsonObject[]): DemoRequest[] {
  const inOrder = events.toSorted((left, right) => Number(left.timestamp) - Number(right.timestamp));
  const count = Math.ceil(inOrder.length / BATCH_EVENTS);
  return Array.from({ length: count }, (_, index) =>
    ingest(inOrder.slice(index * BATCH_EVENTS, (index + 1) * BATCH_EVENTS)),
  );
}
