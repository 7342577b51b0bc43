/** Sends the demo to a server: a few requests at once, every answer checked, then waits until all of it is stored. */

import { Agent, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';
import { type DemoRequest, FINGERPRINT, type Step, WIRES } from './request.ts';

/** More do not make it faster on two cores: each answer waits for the disk, and others' requests share the wait. */
const CONNECTIONS = 16;
const ANSWER_MS_MAX = 60_000;
const STORED_MS_MAX = 120_000;
const ASK_INTERVAL_MS = 100;
/** A busy server says 503 and means: send again. */
const TRIES_MAX = 5;

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly receipt: string | undefined;
}

export class Sender {
  readonly #server: Server;
  readonly #agent: Agent;
  /** Of the last answers, two for each connection: the log is stored in its order, so what came before them is, too. */
  readonly #receipts: string[] = [];
  sentCount = 0;
  refusedCount = 0;

  constructor(server: Server) {
    this.#server = server;
    const options = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#agent = server.url.startsWith('https:') ? new TlsAgent(options) : new Agent(options);
  }

  /** Steps one after the other; the requests of a step side by side. */
  async sendAll(steps: readonly Step[], fingerprintId: string, onStep: (step: Step) => void): Promise<void> {
    for (const step of steps) {
      onStep(step);
      const waiting = step.requests.values();
      const lanes = Array.from({ length: CONNECTIONS }, async () => {
        for (const request of waiting)
          await this.send({ ...request, body: request.body.replaceAll(FINGERPRINT, fingerprintId) });
      });
      await Promise.all(lanes);
    }
  }

  async send(request: DemoRequest): Promise<Answer> {
    const { dialect, method, path, body, refusedWith } = request;
    const { keyHeader } = WIRES[dialect];
    const key = request.key ?? this.#server.key;
    const headers = {
      ...request.headers,
      'content-type': 'application/json',
      [keyHeader]: keyHeader === 'authorization' ? `Bearer ${key}` : key,
    };
    const answer = await this.#ask(path, { method, headers }, body);
    const isExpected = refusedWith === undefined ? isSuccess(answer) : answer.status === refusedWith;
    if (!isExpected)
      throw new DemoError(
        `${method} ${path} was answered ${answer.status}, not ${refusedWith ?? '2xx'}: ${answer.text.slice(0, 300)}`,
      );
    if (refusedWith === undefined) this.sentCount += 1;
    else this.refusedCount += 1;
    if (answer.receipt !== undefined) this.#keep(answer.receipt);
    return answer;
  }

  /** The own API; `path` without its prefix. */
  async get(path: string): Promise<Answer> {
    const headers = { accept: 'application/json', authorization: `Bearer ${this.#server.key}` };
    return this.#ask(`/api/tributary/v1${path}`, { method: 'GET', headers }, undefined);
  }

  /** Whatever was answered with 2xx can be asked for. */
  async stored(): Promise<void> {
    const deadline = Date.now() + STORED_MS_MAX;
    for (const receipt of this.#receipts.splice(0)) {
      for (;;) {
        const answer = await this.get(`/receipts/${encodeURIComponent(receipt)}`);
        const status = isSuccess(answer) ? statusIn(answer.text) : undefined;
        if (status === 'stored') break;
        if (status !== 'logged')
          throw new DemoError(`A request of the demo is not stored: ${answer.text.slice(0, 300)}`);
        if (Date.now() > deadline)
          throw new DemoError('The server has taken the demo and does not store it: look at its log.');
        await sleep(ASK_INTERVAL_MS);
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #keep(receipt: string): void {
    this.#receipts.push(receipt);
    if (this.#receipts.length > 2 * CONNECTIONS) this.#receipts.shift();
  }

  async #ask(path: string, options: RequestOptions, body: string | undefined): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#exchange(this.#server.url + path, options, body);
      if (answer.status !== 503 || tries === TRIES_MAX) return answer;
      await sleep(ASK_INTERVAL_MS * 2 ** tries);
    }
  }

  #exchange(url: string, options: RequestOptions, body: string | undefined): Promise<Answer> {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    return new Promise((resolve, reject) => {
      const call = request(url, { ...options, agent: this.#agent, signal }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const receipt = response.headers['x-tributary-receipt'];
          resolve({
            status: response.statusCode ?? 0,
            text,
            receipt: typeof receipt === 'string' ? receipt : undefined,
          });
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status <= 299;
}

function statusIn(text: string): unknown {
  const receipt: unknown = JSON.parse(text);
  return typeof receipt === 'object' && receipt !== null && 'status' in receipt ? receipt.status : undefined;
}
