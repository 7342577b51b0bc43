/** `npm run test:fuzz -- --inputs 1000000 --seed 7`; ends with 1 when anything was found. docs/fuzzing.md */

import { parseArgs } from 'node:util';
import { check } from './check.ts';
import { runDecoders } from './decoder-run.ts';
import { propertyOf } from './finding.ts';
import { HttpFuzzer } from './http-run.ts';
import { type HttpInput, type Input, inputOf } from './inputs.ts';
import { regressionOf } from './regressions.ts';
import { readSeeds } from './seeds.ts';
import { shrunk } from './shrink.ts';
import type { Found } from './worker.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    workers: { type: 'string', default: '2' },
    /** Make input n again, print it, check it. */
    only: { type: 'string' },
    'no-http': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const MIB = 1024 * 1024;
const PROGRESS_MS = 30_000;

interface Kind {
  count: number;
  readonly first: Found;
}

async function fuzz(inputs: number): Promise<void> {
  console.log(`seed ${seed}, ${inputs} inputs`);
  const startedAt = performance.now();
  const kinds = new Map<string, Kind>();
  const onFound = (found: Found) => {
    const kind = kinds.get(found.property);
    if (kind !== undefined) {
      kind.count += 1;
      return;
    }
    kinds.set(found.property, { count: 1, first: found });
    console.error(`input ${found.n}: ${found.property}\n  ${found.detail.slice(0, 1500)}`);
  };
  const progress = { outcomes: {} as Record<string, number> };
  const http = values['no-http'] ? undefined : await HttpFuzzer.start();
  const tick = setInterval(() => {
    const done = Object.values(progress.outcomes).reduce((sum, count) => sum + count, 0);
    console.error(
      `${Math.round((performance.now() - startedAt) / 1000)} s: ${done} inputs, ${http?.totals.requests ?? 0} requests`,
    );
  }, PROGRESS_MS);
  try {
    const [decoders] = await Promise.all([
      runDecoders({ seed, from: 0, to: inputs, workers: Number(values.workers), onFound, outcomes: progress.outcomes }),
      http?.run(seed, 0, inputs, onFound),
    ]);
    for (const found of (await http?.finish()) ?? []) onFound(found);
    console.log({
      ...decoders.outcomes,
      slowestMs: Math.round(decoders.msMax),
      heapMiBMax: Math.round(decoders.heapBytesMax / MIB),
    });
    if (http !== undefined) console.log({ ...http.totals, rssMiB: Math.round(http.totals.rssBytes / MIB) });
  } finally {
    clearInterval(tick);
    await http?.stop();
  }
  console.log({ findings: kinds.size, seconds: Math.round((performance.now() - startedAt) / 1000) });
  for (const [property, { count, first }] of kinds)
    console.log(`${count} times: ${property}\n${await smallest(property, first)}`);
  if (kinds.size > 0) process.exitCode = 1;
}

/** The finding as a file for `regressions/`. */
async function smallest(property: string, { n }: Found): Promise<string> {
  if (n < 0) return '';
  const input = inputOf(seed, n, readSeeds());
  const canShrink = input.kind !== 'http' && input.kind !== 'growth' && property !== 'hangs';
  const small = canShrink ? await shrunk(input, property) : input;
  return `--only ${n} --seed ${seed}\n${JSON.stringify(regressionOf(property, small)).slice(0, 4000)}`;
}

function isCheckedHere(input: Input): input is Exclude<Input, HttpInput> {
  return input.kind !== 'http';
}

async function only(n: number): Promise<void> {
  const input = inputOf(seed, n, readSeeds());
  try {
    if (isCheckedHere(input)) {
      console.log(JSON.stringify(regressionOf('', input), null, 1));
      console.log(await check(input));
      return;
    }
    const http = await HttpFuzzer.start();
    try {
      const request = http.requestOf(seed, n);
      console.log({ ...request, body: request.body.toString() });
      await http.checkOne(request, n);
      console.log(http.totals, await http.finish());
    } finally {
      await http.stop();
    }
  } catch (error) {
    console.error(propertyOf(error), error);
    process.exitCode = 1;
  }
}

await (values.only === undefined ? fuzz(Number(values.inputs)) : only(Number(values.only)));
