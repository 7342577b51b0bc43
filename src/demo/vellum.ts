/** Workflows on Vellum: returns that are judged and answered, product texts that are written and checked. */

import type { JsonObject } from '../canonical/json.ts';
import { repeated, type Scene } from './context.ts';
import { drawCall, drawRelease, MODELS, type Model, type Release } from './models.ts';
import type { Random } from './random.ts';
import type { DemoRequest } from './request.ts';
import { drawMatter, type Matter } from './shop.ts';
import { DAY_MS } from './timeline.ts';
import { type Execution, execution } from './vellum-wire.ts';

const RETURNS: readonly [Release, ...Release[]] = [
  { version: '2.3.0', model: MODELS.gpt, errorShare: 0.14, slowness: 1.3, sinceDays: 99 },
  { version: '2.4.0', model: MODELS.gptMini, errorShare: 0.02, slowness: 0.6, sinceDays: 3 },
];
const COPY: readonly [Release, ...Release[]] = [
  { version: '0.9.1', model: MODELS.mistral, errorShare: 0.12, slowness: 1, sinceDays: 99 },
  { version: '1.0.0', model: MODELS.geminiFlash, errorShare: 0.03, slowness: 1, sinceDays: 5 },
  { version: '1.1.0', model: MODELS.geminiPro, errorShare: 0.03, slowness: 1.6, sinceDays: 1 },
];

export function vellumTraffic(scene: Scene): DemoRequest[] {
  return [
    ...repeated(scene, 'vellum/returns', 150, (random) => returns(scene, random)),
    ...repeated(scene, 'vellum/copy', 80, (random) => productCopy(scene, random)),
  ];
}

/** A node that hands on what the provider answered: the only place where these events can say model and tokens. */
export function answerOf(model: Model, text: string, inputTokens: number, outputTokens: number): JsonObject {
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }];
  return { text, response: { object: 'chat.completion', model: model.name, choices, usage } };
}

/** One node behind the other; `clockMs` is when the next one may begin. */
class Sequence {
  readonly spans: Execution[] = [];
  readonly #random: Random;
  clockMs: number;

  constructor(random: Random, startMs: number) {
    this.#random = random;
    this.clockMs = startMs + 8;
  }

  node(name: string, durationMs: number, inputs: JsonObject, outputs: JsonObject): void {
    this.add({
      kind: 'node',
      spanId: this.#random.uuid(),
      name,
      startMs: this.clockMs,
      endMs: this.clockMs + Math.round(durationMs),
      inputs,
      outputs,
    });
  }

  model(name: string, { model, slowness }: Release, inputs: JsonObject, text: string): void {
    const call = drawCall(this.#random, model, JSON.stringify(inputs), text);
    this.node(name, call.durationMs * slowness, inputs, answerOf(model, text, call.inputTokens, call.outputTokens));
  }

  add(span: Execution): void {
    this.spans.push(span);
    this.clockMs = (span.endMs ?? span.startMs) + 6;
  }
}

function launch(random: Random, matter: Matter, deployment: string, release: Release) {
  const environment = random.chance(0.15) ? 'staging' : 'production';
  return { sessionId: random.uuid(), deployment, releaseTag: release.version, actor: matter.customer.id, environment };
}

function returns({ timeline }: Scene, random: Random): DemoRequest {
  const startMs = timeline.moment(random);
  const release = drawRelease(random, RETURNS, (timeline.baseMs - startMs) / DAY_MS);
  const matter = drawMatter(random);
  const rootId = random.uuid();
  const launched = launch(random, matter, 'returns-prod', release);
  const { product, orderId, days, customer } = matter;
  const inputs = {
    order_id: orderId,
    reason: random.pick(['too small', 'changed my mind', 'broken zip', 'arrived late']),
    sku: product.sku,
  };
  const steps = new Sequence(random, startMs);
  steps.node(
    'LoadOrder',
    random.around(160),
    { order_id: orderId },
    { order: { sku: product.sku, paid_eur: product.priceEur, days_since: days } },
  );
  steps.model('ClassifyReason', release, { reason: inputs.reason }, 'fit');
  const isRejected = random.chance(release.errorShare);
  steps.add(policyCheck(random, steps.clockMs, matter, isRejected));
  const error = { message: 'PolicyService returned 502: upstream connect error', code: 'NODE_EXECUTION' };
  if (!isRejected) {
    steps.model(
      'WriteReply',
      release,
      { decision: 'accept', name: customer.name },
      `Dear ${customer.name}, your return of the ${product.name} is accepted. The label is in this mail, the refund of ${product.priceEur} € follows when we have it back.`,
    );
    steps.node('SendMail', random.around(300), { to: customer.email }, { message_id: `m-${orderId}` });
  }
  const root: Execution = {
    ...{
      kind: 'workflow',
      spanId: rootId,
      name: 'ReturnsWorkflow',
      startMs,
      endMs: steps.clockMs,
      inputs,
      children: steps.spans,
    },
    ...(isRejected ? { error } : { outputs: { decision: 'accept', refund_eur: product.priceEur } }),
  };
  return execution(random, root, launched);
}

/** A sub-workflow: the node, the workflow inside it, and its two nodes. */
function policyCheck(random: Random, startMs: number, { product, days }: Matter, isRejected: boolean): Execution {
  const inner = new Sequence(random, startMs + 5);
  inner.node(
    'FindPolicy',
    random.around(220),
    { sku: product.sku },
    { policy: 'R-60', text: 'Unused goods can be returned within 60 days.' },
  );
  const inputs = { sku: product.sku, days };
  const error = { message: 'PolicyService returned 502: upstream connect error', code: 'NODE_EXECUTION' };
  const endMs = inner.clockMs + Math.round(random.around(isRejected ? 2500 : 70));
  const result = isRejected ? { error } : { outputs: { allowed: true } };
  inner.add({
    kind: 'node',
    spanId: random.uuid(),
    name: 'ApplyPolicy',
    startMs: inner.clockMs,
    endMs,
    inputs,
    ...result,
  });
  const workflow: Execution = {
    kind: 'workflow',
    spanId: random.uuid(),
    name: 'PolicyWorkflow',
    startMs: startMs + 4,
    endMs: inner.clockMs,
    inputs,
    children: inner.spans,
    ...result,
  };
  return {
    kind: 'node',
    spanId: random.uuid(),
    name: 'CheckPolicy',
    startMs,
    endMs: inner.clockMs + 2,
    inputs,
    children: [workflow],
    ...result,
  };
}

function productCopy({ timeline }: Scene, random: Random): DemoRequest {
  const startMs = timeline.moment(random);
  const release = drawRelease(random, COPY, (timeline.baseMs - startMs) / DAY_MS);
  const matter = drawMatter(random);
  const rootId = random.uuid();
  const launched = launch(random, matter, 'product-copy', release);
  const { product } = matter;
  const steps = new Sequence(random, startMs);
  steps.node(
    'LoadProduct',
    random.around(90),
    { sku: product.sku },
    { name: product.name, price_eur: product.priceEur },
  );
  steps.model(
    'Outline',
    release,
    { name: product.name },
    `- who it is for\n- what sets the ${product.name} apart\n- care`,
  );
  steps.model(
    'WriteText',
    release,
    { language: 'en', words: 120 },
    `The ${product.name} is made for people who stay out when the forecast says otherwise. It packs small, dries fast, and our workshop repairs it for as long as we have the parts.`,
  );
  const isRejected = random.chance(release.errorShare);
  const endMs = steps.clockMs + Math.round(random.around(130));
  const error = { message: 'The text is 34 words longer than allowed', code: 'USER_DEFINED_ERROR' };
  const result = isRejected ? { error } : { outputs: { verdict: 'friendly', words: 112 } };
  steps.add({
    kind: 'node',
    spanId: random.uuid(),
    name: 'CheckTone',
    startMs: steps.clockMs,
    endMs,
    inputs: { words_max: 120 },
    ...result,
  });
  const root: Execution = {
    ...{
      kind: 'workflow',
      spanId: rootId,
      name: 'ProductCopyWorkflow',
      startMs,
      endMs: steps.clockMs,
      inputs: { sku: product.sku },
    },
    ...{ children: steps.spans, ...(isRejected ? { error } : { outputs: { published: true } }) },
  };
  return execution(random, root, launched);
}
