/** Prices, re-pricing, settings and sampling on the command line: the built program against a server. */

import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, TestServer } from './support/server.ts';

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function runAt(url: string, key: string, args: readonly string[]): Promise<Run> {
  const env = { PATH: process.env.PATH, TZ: 'UTC', TRIBUTARY_URL: url, TRIBUTARY_KEY: key };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], { cwd: tmpdir(), env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

describe('with a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());
  const run = (...args: string[]) => runAt(server.url, server.key, args);
  async function json(...args: string[]): Promise<unknown> {
    const { code, out, err } = await run(...args, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out);
  }

  test('a price is explained', async () => {
    const { code, out } = await run('prices', '--model', 'o3', '--at', '2025-06-01');
    expect(code).toBe(0);
    expect(out).toMatch(/^o3: the published price of openai for o3 \(https:/);
    expect(out).toMatch(/every call +\$10\.00 +\$40\.00/);
    expect(out).toMatch(/from 2025-06-10: input \$2\.00, output \$8\.00/);
    const tiers = await run('prices', '--model', 'gemini-2.5-pro', '--provider', 'google');
    expect(tiers.out).toMatch(/shorter prompts +\$1\.25 +\$10\.00[\s\S]*prompts over 200000 tokens +\$2\.50 +\$15\.00/);
    expect((await run('prices', '--model', 'my-gpt-4-fork')).out).toMatch(/^my-gpt-4-fork: no price is known/);
    expect(await json('prices', '--model', 'o3')).toMatchObject({ price: { source: 'published' } });
  });

  test('an own price is set, shown, listed and removed', async () => {
    expect(await run('prices')).toMatchObject({ code: 0, out: '', err: expect.stringMatching(/^The project has no/) });
    const flags = ['--input', '0.5', '--output', '1.5', '--provider', 'azure', '--from', '2026-01-01'];
    const set = await json('prices', 'set', 'Our-*', ...flags);
    expect(set).toMatchObject({ model: 'our-*', provider: 'azure', from: '2026-01-01T00:00:00.000000Z' });
    expect(await json('prices')).toEqual([set]);
    const shown = await run('prices', '--model', 'our-model', '--provider', 'azure');
    expect(shown.out).toMatch(/^our-model: a price of this project, set for our-\*, for calls from 2026-01-01 on\./);
    expect((await run('prices')).out).toMatch(/^model +provider +from +input[\s\S]*our-\* +azure +(2026-)?01-01/);
    const { priceId } = set as { priceId: string };
    expect(await json('prices', 'remove', priceId)).toEqual({ removed: true });
    expect(await run('prices', 'remove', priceId)).toMatchObject({ code: 66, out: '' });
    expect(await json('prices')).toEqual([]);
  });

  test.each([
    [64, /^Required option '--input/, ['prices', 'set', 'm']],
    [64, /amount in dollars/, ['prices', 'set', 'm', '--input', '-1', '--output', '1']],
    [64, /amount in dollars/, ['prices', 'set', 'm', '--input', '1e3', '--output', '1']],
    [64, /^model: a \* may only/, ['prices', 'set', 'a*b', '--input', '1', '--output', '1']],
    [64, /like 2026/, ['prices', '--model', 'x', '--at', 'yesterday']],
    [64, /no such setting/, ['settings', 'bogus']],
    [64, /true or false/, ['settings', 'strictAgentVersions', 'yes']],
    [64, /share from 0 to 1/, ['sampling', 'x', '1.5']],
    [66, /^There is no agent nobody: /, ['sampling', 'nobody']],
    [64, /^to: must be after from/, ['reprice', '--from', '2026-01-02', '--to', '2026-01-01']],
  ])('%i: %s', async (code, message, args) => {
    const ended = await run(...args);
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
    expect(ended.err).toMatch(message);
    expect(ended.err.trim().split('\n')).toHaveLength(1);
  });

  test('settings are shown and changed', async () => {
    expect(await json('settings')).toEqual({ strictAgentVersions: false, retentionDays: 'default' });
    expect(await json('settings', 'strictagentversions', 'true')).toEqual({
      strictAgentVersions: true,
      retentionDays: 'default',
    });
    expect((await run('settings', 'strictAgentVersions')).out).toBe('true\n');
    expect((await run('settings')).out).toMatch(/^setting +value +meaning\nstrictAgentVersions +true +refuse/);
  });

  test('sampling is shown and set', async () => {
    expect(await run('sampling')).toMatchObject({ code: 0, out: '' });
    expect((await run('sampling', 'support bot/1', '0.25')).out).toMatch(/support bot\/1 +25 % +0 +0\n/);
    const listed = [{ agentName: 'support bot/1', rate: 0.25, droppedTraces: 0, droppedEvents: 0 }];
    expect(await json('sampling')).toEqual(listed);
    expect(await json('sampling', 'support bot/1')).toEqual(listed[0]);
  });
});

describe('reprice', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  const job = { repricingId: 'r/1', from: null, to: null, reason: null, createdAt: '', finishedAt: null };
  const running = { ...job, state: 'running', spansTotal: 0, spansSeen: 0, spansChanged: 0 };

  /** Answers the start, then one after the other; a number is a failure with that status. */
  async function answering(...answers: readonly (object | number)[]): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      asked.push(`${request.method} ${request.url} ${body}`);
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? 500;
      const status = typeof answer === 'number' ? answer : 200;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(typeof answer === 'number' ? { error: { message: 'Busy' } } : answer));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test('shows how far it is until it is done, also across a failing server', async () => {
    const half = { ...running, spansTotal: 40, spansSeen: 20, spansChanged: 3 };
    const done = { ...half, state: 'done', spansSeen: 40, spansChanged: 7, finishedAt: 'now' };
    const { url, asked } = await answering(running, half, 503, done);
    const { code, out, err } = await runAt(url, 'k', ['reprice', '--from', '2026-01-01']);
    expect({ code, out }).toEqual({ code: 0, out: '7 of 40 calls got another price.\n' });
    expect(err).toMatch(/^It has begun\.\n20 of 40 calls, 3 changed\.\n.*Trying again[\s\S]*It answers again\.\n$/);
    expect(asked[0]).toBe('POST /api/tributary/v1/repricings {"from":"2026-01-01"}');
    expect(asked[1]).toBe('GET /api/tributary/v1/repricings/r%2F1 ');
  });

  test('70: it failed', async () => {
    const failed = { ...running, state: 'failed', spansSeen: 5, reason: 'the store is full' };
    const { url } = await answering(running, failed);
    const { code, out, err } = await runAt(url, 'k', ['reprice', '--json']);
    expect({ code, json: JSON.parse(out) as unknown }).toEqual({ code: 70, json: failed });
    expect(err).toMatch(/The re-pricing failed after 5 calls \(the store is full\): start it again\.\n$/);
  });
});
