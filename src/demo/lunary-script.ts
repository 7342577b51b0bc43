/** A hand-written trace for Lunary, step by step. Times are milliseconds after its start. */

import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Scene } from './context.ts';
import { SUPPORT_PROMPT } from './lunary.ts';
import { chatRun, type Failure, feedbackEvent, ingest, type Run, runEvents } from './lunary-wire.ts';
import type { Model } from './models.ts';
import type { DemoRequest } from './request.ts';
import { type Customer, customerNamed } from './shop.ts';
import { MINUTE_MS } from './timeline.ts';

/** From and to; without an end it still runs. */
type Times = readonly [number, number?];
type Result = { readonly output: JsonValue } | { readonly failure: Failure };

interface Beginning {
  readonly name: string;
  readonly minutesAgo: number;
  readonly customer: string;
  readonly question: string;
}

export class Script {
  readonly #id: string;
  readonly #startMs: number;
  readonly #customer: Customer;
  readonly #question: string;
  readonly #events: JsonObject[] = [];
  /** What the model is asked. */
  readonly messages: readonly JsonObject[];

  constructor({ featureId, timeline }: Scene, { name, minutesAgo, customer, question }: Beginning) {
    this.#id = featureId(name);
    this.#startMs = timeline.ago(minutesAgo * MINUTE_MS);
    this.#customer = customerNamed(customer);
    this.#question = question;
    this.messages = [
      { role: 'system', content: SUPPORT_PROMPT },
      { role: 'user', content: question },
    ];
  }

  agent(name: string, times: Times, answer: string | undefined, tags: readonly string[], metadata: JsonObject): void {
    const output = answer === undefined ? {} : { output: answer };
    this.#add({ ...this.#run('', times), type: 'agent', name, input: this.#question, ...output, tags, metadata });
  }

  model(
    id: string,
    model: Model,
    times: Times,
    input: readonly JsonObject[],
    answer: JsonValue,
    more: Partial<Run>,
  ): void {
    const parent = this.#id;
    this.#add(chatRun({ ...this.#run(`/${id}`, times), parent, model, input: [...input], answer, ...more }));
  }

  tool(id: string, name: string, times: Times, input: JsonObject, result: Result, more: Partial<Run> = {}): void {
    this.#add({ ...this.#run(`/${id}`, times), parent: this.#id, type: 'tool', name, input, ...result, ...more });
  }

  feedback(atMs: number, feedback: JsonObject): void {
    this.#events.push(feedbackEvent(this.#id, this.#startMs + atMs, feedback));
  }

  request(): DemoRequest {
    return ingest(this.#events);
  }

  #run(suffix: string, [fromMs, toMs]: Times) {
    const end = toMs === undefined ? {} : { endMs: this.#startMs + toMs };
    return { id: this.#id + suffix, startMs: this.#startMs + fromMs, ...end, customer: this.#customer };
  }

  #add(run: Run): void {
    this.#events.push(...runEvents(run));
  }
}
