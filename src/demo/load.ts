/**
 * Loads the demo once. A run of Lunary's marks it: its start is the base time and is sent first, its end is sent when all
 * the rest is stored. So a load that was cut off goes on with the times that it began with, and one that is complete is
 * left alone, but for the refused requests, which a server forgets when it is restarted.
 */

import type { JsonObject } from '../canonical/json.ts';
import { asArray, asObject, asText, at } from '../canonical/json.ts';
import { buildSteps } from './data-set.ts';
import { DemoError, OtherBaseTime } from './demo-error.ts';
import { featureId } from './features.ts';
import { ingest, runEvents } from './lunary-wire.ts';
import { refusedRequests } from './refused.ts';
import { isSuccess, Sender, type Server } from './send.ts';
import { iso } from './timeline.ts';
import { fingerprint } from './voker.ts';

export interface LoadOptions {
  readonly seed: number;
  /** Share of the ordinary traffic, 0 to 1. */
  readonly scale: number;
  /** The base time; absent for that of an earlier load, else the current time. */
  readonly baseMs: number | undefined;
  readonly nowMs: number;
}

export interface LoadResult {
  readonly baseMs: number;
  readonly wasComplete: boolean;
  readonly sentCount: number;
  readonly refusedCount: number;
  readonly tookMs: number;
}

interface Mark {
  readonly baseMs: number;
  /** Of the complete load; absent for one that was cut off. */
  readonly scale: number | undefined;
}

export async function loadDemo(server: Server, options: LoadOptions, say: (line: string) => void): Promise<LoadResult> {
  const sender = new Sender(server);
  const startedMs = performance.now();
  try {
    const mark = await findMark(sender, options.seed);
    const baseMs = baseOf(options, mark);
    const wasComplete = mark?.scale !== undefined && mark.scale >= options.scale;
    if (wasComplete) for (const request of refusedRequests()) await sender.send(request);
    else await sendWhole(sender, { ...options, baseMs }, mark === undefined, say);
    const { sentCount, refusedCount } = sender;
    return { baseMs, wasComplete, sentCount, refusedCount, tookMs: performance.now() - startedMs };
  } finally {
    sender.close();
  }
}

function baseOf({ seed, baseMs, nowMs }: LoadOptions, mark: Mark | undefined): number {
  if (mark !== undefined && baseMs !== undefined && mark.baseMs !== baseMs)
    throw new OtherBaseTime(
      `The demo of seed ${seed} is there already, with ${iso(mark.baseMs)} as its base time: leave out --now, or choose another --seed to have a second one.`,
    );
  return mark?.baseMs ?? baseMs ?? nowMs;
}

async function sendWhole(
  sender: Sender,
  options: LoadOptions & { readonly baseMs: number },
  isFirst: boolean,
  say: (line: string) => void,
): Promise<void> {
  const { seed, baseMs, scale } = options;
  const [start, end] = markEvents(seed, baseMs, scale);
  if (start === undefined || end === undefined) throw new Error('A run that has ended has a start and an end.');
  if (isFirst) {
    await sender.send(ingest([start]));
    await sender.stored();
  }
  const registered = await sender.send(fingerprint());
  const fingerprintId = asText(at(asObject(JSON.parse(registered.text)), 'fingerprint_id'));
  if (fingerprintId === undefined) throw new DemoError(`No fingerprint was given: ${registered.text.slice(0, 300)}`);
  await sender.sendAll(buildSteps({ seed, baseMs, scale }), fingerprintId, ({ name, requests }) =>
    say(`${name}: ${requests.length} requests`),
  );
  await sender.stored();
  await sender.send(ingest([end]));
  await sender.stored();
}

function markEvents(seed: number, baseMs: number, scale: number): JsonObject[] {
  return runEvents({
    ...{ id: featureId(seed, 'data'), type: 'chain', name: 'demo data set', startMs: baseMs, endMs: baseMs },
    ...{ input: { seed, baseTime: iso(baseMs) }, output: { scale }, tags: ['featured', 'demo'] },
  });
}

async function findMark(sender: Sender, seed: number): Promise<Mark | undefined> {
  const answer = await sender.get(`/traces/${featureId(seed, 'data')}?dialect=lunary`);
  if (answer.status === 404) return undefined;
  if (!isSuccess(answer))
    throw new DemoError(`The server does not say whether the demo is there: ${answer.text.slice(0, 300)}`);
  const body = asObject(JSON.parse(answer.text));
  const span = asArray(at(body, 'spans'))?.[0];
  const baseMs = Date.parse(asText(at(span, 'startTime')) ?? '');
  if (Number.isNaN(baseMs)) throw new DemoError('The mark of the demo has no time: choose another --seed.');
  const scale = at(span, 'output', 'scale');
  return { baseMs, scale: typeof scale === 'number' ? scale : undefined };
}
