/** The demo: the same bytes for the same seed, and a real server that has all of it once. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSteps, hashOf } from '../src/demo/data-set.ts';
import { FEATURES, featureId } from '../src/demo/features.ts';
import { loadDemo } from '../src/demo/load.ts';
import { type DemoRequest, FINGERPRINT, type Step } from '../src/demo/request.ts';
import { Sender } from '../src/demo/send.ts';
import { fingerprint } from '../src/demo/voker.ts';
import { PROGRAM } from './support/server.ts';

const BASE = '2026-01-15T12:00:00.000Z';
const baseMs = Date.parse(BASE);
const HASH_OF_SEED_1 = '77e1004d79a010c5bc0347be84291d7f215198072f072572c1a1c515bdffdfbf';
const DIALECTS = ['lunary', 'vellum', 'voker', 'weflayr', 'whyops'] as const;

interface TraceRow {
  readonly traceId: string;
  readonly dialect: string;
  readonly status: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly costUsd: number | null;
  readonly tags: readonly string[];
}
interface SpanRow {
  readonly spanId: string;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: { message?: string; stack?: string; code?: string } | null;
  readonly usage: Record<string, number | null>;
  readonly timeToFirstTokenMs: number | null;
  readonly feedback: Record<string, string> | null;
}

const requestsOf = (steps: readonly Step[]) => steps.flatMap(({ requests }) => requests);
/** Ids that name a span or a trace, whatever the dialect calls them. */
const idsOf = (requests: readonly DemoRequest[]) =>
  new Set(requests.flatMap(({ body }) => body.match(/"(runId|span_id|traceId|event_id)":"[^"]+"/g) ?? []));

describe('the requests', () => {
  const steps = buildSteps({ seed: 1, baseMs, scale: 1 });

  it('of seed 1 are these bytes', () => expect(hashOf(steps)).toBe(HASH_OF_SEED_1));

  it('are others for another seed', () => {
    const other = requestsOf(buildSteps({ seed: 2, baseMs, scale: 0.05 }));
    const known = idsOf(requestsOf(steps));
    // Ids that the refused requests name never come to be.
    const taken = [...idsOf(other.filter(({ refusedWith }) => refusedWith === undefined))].filter((id) =>
      known.has(id),
    );
    expect(taken).toEqual([]);
  });

  it('of a smaller share are some of the whole', () => {
    const whole = new Set(requestsOf(steps).map(({ body }) => body));
    const part = requestsOf(buildSteps({ seed: 1, baseMs, scale: 0.05 }));
    expect(part.filter(({ body }) => !whole.has(body))).toEqual([]);
    expect(part.length).toBeLessThan(whole.size / 3);
  });

  it('name the versions of agents', () => {
    const named = (pattern: RegExp) => new Set(requestsOf(steps).flatMap(({ body }) => body.match(pattern) ?? []));
    expect(named(/"agent_version":"[^"]+"/g).size).toBe(5);
    expect(named(/"release_tag_name":"[^"]+"/g).size).toBe(6);
    expect(named(/written for [^"]+\./g).size).toBeGreaterThanOrEqual(5);
  });

  it('are about seven days, most of them the last one', () => {
    const times = requestsOf(steps)
      .filter(({ dialect }) => dialect === 'weflayr')
      .map(({ body }) => Date.parse(/"timestamp":"([^"]+)"/.exec(body)?.[1] ?? ''))
      .filter((time) => !Number.isNaN(time));
    expect(Math.min(...times)).toBeGreaterThan(baseMs - 7 * 86_400_000 - 1);
    expect(Math.max(...times)).toBeLessThan(baseMs);
    const ofLastDay = times.filter((time) => time > baseMs - 86_400_000).length;
    expect(ofLastDay / times.length).toBeGreaterThan(0.3);
  });
});

/** `npm run demo` without the build: what a person reads on the terminal is all that the tests know of the server. */
describe('the server that it starts', () => {
  const scale = 0.03;
  let directory: string;
  let child: ChildProcess;
  let server: { url: string; key: string };
  let traces: TraceRow[];

  async function get<T>(path: string): Promise<T> {
    const headers = { authorization: `Bearer ${server.key}` };
    const response = await fetch(`${server.url}/api/tributary/v1${path}`, { headers });
    expect([path, response.status]).toEqual([path, 200]);
    return (await response.json()) as T;
  }

  const list = async <T>(path: string) => (await get<{ data: T[] }>(`${path}?limit=1000`)).data;

  function demo(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const given = ['demo', '--url', server.url, '--key', server.key, '--scale', String(scale), ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, [PROGRAM, ...given], { env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      });
    });
  }

  async function spansOf(name: string): Promise<SpanRow[]> {
    return (await get<{ spans: SpanRow[] }>(`/traces/${featureId(1, name)}`)).spans;
  }

  const trace = (name: string) => traces.find(({ traceId }) => traceId === featureId(1, name));

  async function tally(metric: 'traces' | 'spans' | 'events'): Promise<Record<string, number>> {
    const range = `interval=day&from=2026-01-07T00:00:00Z&to=2026-01-16T00:00:00Z`;
    const { data } = await get<{ data: { group: string; value: number }[] }>(
      `/metrics/series?metric=${metric}&groupBy=dialect&${range}`,
    );
    const sums: Record<string, number> = {};
    for (const { group, value } of data) sums[group] = (sums[group] ?? 0) + value;
    return sums;
  }

  const counts = async () => ({
    traces: await tally('traces'),
    spans: await tally('spans'),
    events: await tally('events'),
  });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tributary-demo-'));
    const args = ['demo', '--serve', '--scale', String(scale), '--now', BASE, '--data-dir', join(directory, 'demo')];
    const other = { TRIBUTARY_DATA_DIR: join(directory, 'other'), TRIBUTARY_KEY: 'of-another-server' };
    const env = { PATH: process.env.PATH, TRIBUTARY_PORT: '0', ...other };
    const started = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const errors: string[] = [];
    createInterface({ input: started.stderr }).on('line', (line) => errors.push(line));
    const lines: string[] = [];
    for await (const line of createInterface({ input: started.stdout })) {
      lines.push(line);
      if (line.startsWith('Ctrl-C')) break;
    }
    const [url, key] = [/served on +(\S+)/, /sign in with +(\S+)/].map((word) => word.exec(lines.join('\n'))?.[1]);
    if (url === undefined || key === undefined) throw new Error(`The demo is not served: ${errors.join('\n')}`);
    server = { url, key };
    traces = await list<TraceRow>('/traces');
  }, 60_000);
  afterAll(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
    await rm(directory, { recursive: true, force: true });
  });

  it('has as much of each dialect as was sent', async () => {
    const sent = requestsOf(buildSteps({ seed: 1, baseMs, scale })).filter(
      ({ refusedWith }) => refusedWith === undefined,
    );
    const of = (dialect: string, path: RegExp) => sent.filter((one) => one.dialect === dialect && path.test(one.path));
    const vokerEvents = of('voker', /events$/).length;
    expect(await counts()).toMatchObject({
      traces: {
        vellum: of('vellum', /events$/).length,
        whyops: of('whyops', /ingest$/).length,
        weflayr: idsOf(of('weflayr', /./)).size,
        voker: vokerEvents,
      },
      // And the run that marks the demo.
      spans: { lunary: idsOf(of('lunary', /./)).size + 1, voker: vokerEvents },
      events: { weflayr: of('weflayr', /./).length, voker: vokerEvents },
    });
  });

  it('has everything that is featured, and the guide lists it', async () => {
    const guide = readFileSync(new URL('../docs/guide/demo.md', import.meta.url), 'utf8');
    for (const { name, dialect, isSession } of FEATURES) {
      const id = featureId(1, name);
      expect(guide, id).toContain(`\`${id}\``);
      if (isSession === true) {
        const { data } = await get<{ data: unknown[] }>(`/sessions/${id}?dialect=${dialect}`);
        expect(data.length, id).toBe(4);
      } else expect(trace(name), id).toMatchObject({ dialect });
    }
  });

  it('shows how they went', () => {
    const status = Object.fromEntries(traces.map((row) => [row.traceId, row.status]));
    expect(status).toMatchObject({
      'demo-support-retry': 'ok',
      'demo-support-tool-failed': 'ok',
      'demo-still-running': 'running',
      'demo-workflow': 'ok',
      'demo-workflow-rejected': 'error',
      'demo-workflow-paused': 'paused',
      'demo-workflow-running': 'running',
      'demo-lost-stream': 'unknown',
      'demo-rate-limit': 'error',
      'demo-content-filter': 'error',
    });
  });

  it('has the retries, the failing tool and what people thought of it', async () => {
    const retried = await spansOf('support-retry');
    const lookups = retried.filter(({ name }) => name === 'lookup_order');
    expect(lookups.map(({ status }) => status)).toEqual(['error', 'error', 'ok']);
    expect(retried[0]?.feedback).toMatchObject({ thumb: 'up' });
    const failed = await spansOf('support-tool-failed');
    expect(failed.find(({ name }) => name === 'refund_status')?.error?.stack).toContain('refund-status.ts:57');
    expect(failed[0]).toMatchObject({ kind: 'agent', status: 'ok', feedback: { thumb: 'down' } });
  });

  it('has a loop that costs dollars and ends with an error', async () => {
    const spans = await spansOf('runaway-loop');
    expect(spans.filter(({ name }) => name === 'web_search')).toHaveLength(64);
    expect(spans.at(-1)?.error?.message).toContain('Recursion limit');
    expect(trace('runaway-loop')?.costUsd).toBeGreaterThan(5);
  });

  it('has a large trace and a large output', async () => {
    expect(trace('research-crew')?.spanCount).toBe(1216);
    const [, output] = await spansOf('large-output');
    expect(JSON.stringify(output?.output).length).toBeGreaterThan(300_000);
  });

  it('has streams, cached and reasoning tokens, embeddings and retrievals', async () => {
    expect((await spansOf('stream'))[0]).toMatchObject({ timeToFirstTokenMs: 390 });
    expect((await spansOf('prompt-cache'))[0]?.usage).toMatchObject({ cacheReadTokens: 18_450, cacheWriteTokens: 310 });
    expect((await spansOf('reasoning'))[0]?.usage).toMatchObject({ reasoningTokens: 3136, cacheReadTokens: 1280 });
    expect((await spansOf('rag')).map(({ kind }) => kind)).toEqual(['chain', 'embedding', 'retriever', 'llm']);
  });

  it('knows the price of every model', async () => {
    const models = await list<{ model: string; costUsd: number | null }>('/models');
    expect(models.filter(({ costUsd }) => costUsd === null)).toEqual([]);
    expect(new Set(models.map(({ model }) => model)).size).toBeGreaterThanOrEqual(9);
  });

  it('has agents with several versions', async () => {
    const agents = await list<{ agentName: string; versions: { agentVersion: string | null }[] }>('/agents');
    const versions = new Map(agents.map((agent) => [agent.agentName, agent.versions.length]));
    for (const name of ['trip-planner', 'gear-adviser']) expect(versions.get(name), name).toBeGreaterThanOrEqual(2);
  });

  it('remembers what it has refused', async () => {
    const { project } = await get<{ project: { refused: { dialect: string }[] } }>('/intake');
    expect([...new Set(project.refused.map(({ dialect }) => dialect))].sort()).toEqual([...DIALECTS]);
  });

  it('stores nothing twice when all of it is sent again', async () => {
    const before = await counts();
    const sender = new Sender(server);
    const { text } = await sender.send(fingerprint());
    const { fingerprint_id: id } = JSON.parse(text) as { fingerprint_id: string };
    const steps = buildSteps({ seed: 1, baseMs, scale });
    expect(requestsOf(steps).some(({ body }) => body.includes(FINGERPRINT))).toBe(true);
    await sender.sendAll(steps, id, () => undefined);
    await sender.stored();
    sender.close();
    expect(await counts()).toEqual(before);
  });

  it('is left alone by a second load, which takes no other base time', async () => {
    const before = await counts();
    const again = { seed: 1, scale, baseMs: undefined, nowMs: Date.now() };
    expect(await loadDemo(server, again, () => undefined)).toMatchObject({ baseMs, wasComplete: true, sentCount: 0 });
    const other = await demo('--now', '2026-01-16T12:00:00Z');
    expect(other).toMatchObject({ code: 64, stdout: '' });
    expect(other.stderr).toContain('leave out --now, or choose another --seed');
    expect(await counts()).toEqual(before);
  });

  it('ends by a signal, and has left other data directories alone', async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
    expect(existsSync(join(directory, 'other'))).toBe(false);
  });
});
