/** The CLI as it is used: the built program as a child process, against a real server. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, TestServer } from './support/server.ts';

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Env = Readonly<Record<string, string>>;

const HOSTILE = 'pay\x1b[31mload\x1b]0;owned\x07 \u202e \x9b2J\r\nsecond line';
const AGENT = '11111111-1111-4111-8111-111111111111';
const CALL = '22222222-2222-4222-8222-222222222222';
const TOOL = '33333333-3333-4333-8333-333333333333';
const ORPHAN = '44444444-4444-4444-8444-444444444444';
const NOWHERE = '99999999-9999-4999-8999-999999999999';
/** What a terminal would obey; line ends are the program's own. */
const OBEYED = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}]/u;

let server: TestServer;
let receipt: string;
const running: ChildProcess[] = [];

function start(args: readonly string[], env: Env): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: tmpdir(), // where there is no ./data
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.push(child);
  return child;
}

async function run(args: readonly string[], env: Env = {}, input = ''): Promise<Run> {
  const child = start(args, env);
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

const access = (): Env => ({ TRIBUTARY_URL: server.url, TRIBUTARY_KEY: server.key });
const tributary = (...args: string[]): Promise<Run> => run(args, access());

async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await tributary(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

async function send(path: string, body: unknown, key = server.key): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, seconds)).toISOString();

beforeAll(async () => {
  server = await TestServer.start();
  const call = { event_id: 'call-1', provider: 'openai', model: 'gpt-4o-mini' };
  await send(`/${server.projectId}/`, { ...call, event_type: 'chat.before' });
  const after = `{"event_id":"call-1","event_type":"chat.after","model":"gpt-4o-mini","elapsed_ms":820.50,"prompt_tokens":12,"completion_tokens":3,"big":12345678901234567890}`;
  const response = await send(`/${server.projectId}/`, after);
  receipt = response.headers.get('x-tributary-receipt') ?? '';
  await send('/v1/runs/ingest', {
    events: [
      {
        type: 'agent',
        event: 'start',
        runId: AGENT,
        name: HOSTILE,
        timestamp: at(0),
        input: `hi\n${HOSTILE}`,
        userId: 'u1',
      },
      {
        type: 'llm',
        event: 'start',
        runId: CALL,
        parentRunId: AGENT,
        name: 'gpt-4o',
        timestamp: at(1),
        input: 'question',
      },
      {
        type: 'llm',
        event: 'end',
        runId: CALL,
        timestamp: at(2),
        output: 'answer',
        tokensUsage: { prompt: 120, completion: 45 },
      },
      { type: 'tool', event: 'start', runId: TOOL, parentRunId: AGENT, name: 'search', timestamp: at(3) },
      { type: 'tool', event: 'error', runId: TOOL, timestamp: at(4), error: { message: `boom ${HOSTILE}` } },
      { type: 'agent', event: 'end', runId: AGENT, timestamp: at(5), output: 'done' },
      { type: 'tool', event: 'start', runId: ORPHAN, parentRunId: NOWHERE, name: 'lost', timestamp: at(6) },
    ],
  });
  await server.settle();
});

afterAll(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL');
  await server.stop();
});

describe.concurrent('projects and keys', () => {
  test('a project is created with its id and key, and nothing else', async () => {
    const created = await json('projects', 'create', 'shop');
    expect(created).toEqual({ id: expect.any(String), key: expect.stringMatching(/^trib_/) });
    expect(await json('projects', 'list')).toContainEqual(expect.objectContaining({ name: 'shop' }));
    const again = await tributary('projects', 'create', 'shop');
    expect(again).toEqual({ code: 64, out: '', err: expect.stringMatching(/^A project with this name .*\n$/) });
  });

  test('a project can have the id that clients know', async () => {
    const id = '5f0c954e-6cbb-4d2e-9b6c-3a8d1b0c7a11';
    expect(await json('projects', 'create', 'moved', '--id', id)).toMatchObject({ id });
  });

  test('a key is created, listed, used and revoked', async () => {
    const key = await json('keys', 'create', 'reader', '--scope', 'read', '--scope', 'admin');
    expect(key).toMatchObject({ name: 'reader', scopes: ['read', 'admin'], secret: expect.any(String) });
    const { id, secret } = key as { id: string; secret: string };
    expect((await run(['traces'], { ...access(), TRIBUTARY_KEY: secret })).code).toBe(0);
    expect((await run(['projects', 'create', 'x', '--key', secret], access())).code).toBe(77);
    expect(JSON.stringify(await json('keys', 'list'))).not.toContain(secret);
    expect(await json('keys', 'revoke', id)).toEqual({ revoked: true });
    expect((await run(['traces', '--key', secret], access())).code).toBe(77);
    expect((await tributary('keys', 'revoke', id)).code).toBe(66);
  });

  test("a vendor's key is imported from standard input and works", async () => {
    const imported = await run(['keys', 'import', '-', '--name', 'old one'], access(), 'vendor-secret-1\n');
    expect(imported).toMatchObject({ code: 0, err: '' });
    expect(imported.out).not.toContain('vendor-secret-1');
    expect((await send('/v1/runs/ingest', { events: [] }, 'vendor-secret-1')).status).toBeLessThan(300);
    expect((await run(['keys', 'import', '-'], access(), 'two words\n')).code).toBe(64);
    expect((await tributary('keys', 'list', '--project', 'nowhere')).code).toBe(66);
  });
});

describe.concurrent('traces and events', () => {
  test('are listed as a table', async () => {
    const { code, out, err } = await tributary('traces');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^start +status +name +dialect +duration +spans +errors +tokens +cost +trace id\n/);
    expect(out).toMatch(/ok +chat +weflayr +821 ms +1 +0 +15 +\$0\.0000036 +call-1\n/);
    expect(out).toMatch(new RegExp(`ok +pay.* lunary +5.00 s +3 +1 +165 +\\$0\\.00075 +${AGENT}\n`));
  });

  test('are listed as the JSON array of the API, with every filter', async () => {
    expect(await json('traces')).toEqual((await server.get<{ data: unknown }>('/traces')).data);
    const found = await json('traces', '--user', 'u1', '--from', '2026-01-01', '--q', 'LINE hi', '--status', 'ok');
    expect(found).toEqual([expect.objectContaining({ traceId: AGENT })]);
    expect(await json('traces', '--dialect', 'vellum')).toEqual([]);
    expect(await json('traces', '--all')).toHaveLength(3);
    expect(await json('traces', '--limit', '1')).toHaveLength(1);
  });

  test('a trace is shown as a tree', async () => {
    const { out } = await tributary('trace', AGENT, '--full');
    expect(out).toMatch(/^status +ok$/m);
    expect(out).toMatch(/^tokens +120 in, 45 out, 165 total$/m);
    expect(out).toMatch(/^├─ gpt-4o {2}llm · gpt-4o · 1\.00 s · 120 in, 45 out, 165 total · \$0\.00075 ok$/m);
    expect(out).toMatch(/^└─ search {2}tool · 1\.00 s error\n {3}.*boom/m);
    expect(out).toMatch(/output {2}answer$/m);
    expect(await json('trace', AGENT)).toEqual(await server.get(`/traces/${AGENT}`));
  });

  test('a span without its parent is a root', async () => {
    const { out } = await tributary('trace', NOWHERE);
    expect(out).toMatch(new RegExp(`^lost .*running\n +its parent ${NOWHERE} is not in the trace$`, 'm'));
  });

  test('events have their payload as it was sent', async () => {
    const { out } = await tributary('events', '--trace', 'call-1', '--asc', '--json');
    expect(out).toContain('"elapsed_ms":820.50,');
    expect(out).toContain('"big":12345678901234567890}');
    expect(JSON.parse(out)).toMatchObject([{ type: 'chat.before' }, { type: 'chat.after' }]);
    const table = await tributary('events', '--span', CALL, '--type', 'end');
    expect(table.out.trim().split('\n')).toHaveLength(2);
  });

  test('nothing of an event reaches the terminal raw, and tables fit', async () => {
    const commands = [
      ['traces'],
      ['events'],
      ['trace', AGENT, '--full'],
      ['traces', '--json'],
      ['events', '--json'],
      ['trace', AGENT, '--json'],
    ];
    const runs = await Promise.all(commands.map((args) => run(args, { ...access(), COLUMNS: '80' })));
    for (const { out } of runs) {
      expect(out).not.toMatch(OBEYED);
      expect(out).toMatch(/pay|boom|lunary/);
    }
    for (const { out } of runs.slice(0, 2))
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(runs[0]?.out).toContain('pay\\x1b');
  });

  test('a receipt says where its request is', async () => {
    expect(await json('receipt', receipt)).toEqual({ receipt, status: 'stored' });
    expect((await tributary('receipt', receipt)).out).toMatch(/^stored/);
    expect((await tributary('receipt', '0-000000000000')).code).toBe(66);
  });
});

describe('tail', () => {
  test('shows events as they are stored, across a restart of the server, and ends with 0', async () => {
    let own = await TestServer.start();
    const child = start(['tail', '--json', '--dialect', 'lunary'], { TRIBUTARY_URL: own.url, TRIBUTARY_KEY: own.key });
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
    const event = (runId: string) => ({
      events: [{ type: 'tool', event: 'start', runId, name: HOSTILE, timestamp: at(0) }],
    });
    const post = (runId: string) =>
      fetch(`${own.url}/v1/runs/ingest`, {
        method: 'POST',
        headers: { authorization: `Bearer ${own.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(event(runId), null, 2),
      });
    await expect.poll(() => err, { timeout: 10_000 }).toContain('Waiting for events');
    await post(CALL);
    await expect.poll(() => out, { timeout: 10_000 }).toContain(CALL);
    const first = own;
    await first.kill();
    await expect.poll(() => err, { timeout: 10_000 }).toContain('Trying again');
    own = await TestServer.start({ dataDir: first.dataDir, env: { TRIBUTARY_PORT: new URL(first.url).port } });
    await post(TOOL);
    await expect.poll(() => out, { timeout: 10_000 }).toContain(TOOL);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    await own.stop();
    await first.stop();
    expect(code).toBe(0);
    expect(out).not.toMatch(OBEYED);
    const lines = out
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([{ traceId: CALL, payload: { name: HOSTILE } }, { traceId: TOOL }]);
  });
});

describe.concurrent('which server and key', () => {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
    await writeFile(join(data, 'cli.json'), JSON.stringify({ key: server.key }));
  });
  afterAll(() => rm(data, { recursive: true }));

  test('the key of the data directory is taken on this machine', async () => {
    const env = { TRIBUTARY_DATA_DIR: data };
    expect((await run(['traces', '--url', server.url], env)).code).toBe(0);
    expect((await run(['traces', '--url', server.url, '--key', 'other'], env)).code).toBe(77);
  });

  test('settings of the server do not disturb, also unknown ones', async () => {
    const env = { ...access(), TRIBUTARY_PORT: 'x', TRIBUTARY_DATA_DIR: '/nowhere', TRIBUTARY_TYPO: '1' };
    expect((await run(['traces'], env)).code).toBe(0);
  });

  test('a credentials file that is none is a matter of configuration', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'tributary-cli-'));
    await writeFile(join(broken, 'cli.json'), '{"key": 1}');
    const { code, err } = await run(['traces', '--url', server.url], { TRIBUTARY_DATA_DIR: broken });
    await rm(broken, { recursive: true });
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining('--key') });
  });
});

describe.concurrent('exit codes', () => {
  const cases: [code: number, err: RegExp, args: string[], env?: Env][] = [
    [64, /^Unknown command 'bogus'/, ['bogus']],
    [64, /^Unknown option '--bogus'/, ['traces', '--bogus']],
    [64, /^Missing required argument 'trace-id'/, ['trace']],
    [64, /whole number/, ['traces', '--limit', '0']],
    [64, /ISO|like 2026/, ['traces', '--from', 'yesterday']],
    [64, /Allowed choices/, ['events', '--dialect', 'bogus']],
    [64, /^Usage: /, []],
    [64, /^--url /, ['traces', '--url', 'nowhere']],
    [78, /^TRIBUTARY_URL /, ['traces'], { TRIBUTARY_URL: 'nowhere' }],
    [66, /^There is no trace bogus: /, ['trace', 'bogus']],
    [69, /tributary serve/, ['traces', '--url', 'http://127.0.0.1:9']],
    [77, /^A key is needed: /, ['traces'], { TRIBUTARY_KEY: '' }],
    [77, /unknown or revoked: /, ['traces', '--key', 'bogus']],
    [78, /^There is no setting TRIBUTARY_BOGUS\. /, ['config', 'print'], { TRIBUTARY_BOGUS: '1' }],
    [78, /TRIBUTARY_PORT/, ['config', 'print', '--port', '99999']],
    [78, /TRIBUTARY_PORT/, ['serve', '--port', '99999']],
    [64, /^--key is for commands that ask/, ['serve', '--key', 'x']],
  ];
  test.each(cases)('%i: %s', async (code, message, args, env = {}) => {
    const { out, err, ...ended } = await run(args, { ...access(), ...env });
    expect({ ...ended, out }).toEqual({ code, out: '' });
    expect(err).toMatch(message);
    if (args.length > 0) expect(err.trim().split('\n')).toHaveLength(1);
  });

  test('75: the data directory is in use', async () => {
    const { code, err } = await run(['serve', '--port', '0', '--data-dir', server.dataDir]);
    expect({ code, err }).toEqual({ code: 75, err: expect.stringContaining('Another Tributary') });
  });

  test('70 and 69: a failing server, and one that is not Tributary', async () => {
    const answers = [
      [500, '{"error":{"code":"internal","message":"Something went wrong here"}}'],
      [502, '<html>\x1b[31m'],
      [200, '<html>'],
      [404, '<html>'],
      [302, ''],
    ] as const;
    let i = 0;
    const fake: Server = createServer((_, response) => {
      const [status, body] = answers[i] ?? [500, ''];
      response.writeHead(status, { location: '/' }).end(body);
    });
    await once(fake.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
    const codes: (number | null)[] = [];
    for (; i < answers.length; i += 1) codes.push((await run(['traces', '--url', url, '--key', 'x'])).code);
    fake.close();
    expect(codes).toEqual([70, 70, 69, 69, 69]);
  });

  test('0: help and version, quickly and without a server', async () => {
    const all = [
      [],
      ['serve'],
      ['config', 'print'],
      ['traces'],
      ['trace'],
      ['events'],
      ['tail'],
      ['receipt'],
      ['projects', 'create'],
      ['keys', 'import'],
    ];
    for (const { code, out, err } of await Promise.all(all.map((args) => run([...args, '--help'])))) {
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^Usage: tributary/);
    }
    expect((await run(['--help'])).out).toContain('Exit codes');
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('config print', () => {
  test('shows what serve would take, secrets masked', async () => {
    const env = { TRIBUTARY_INIT_SECRET_KEY: 'very-secret-key', TRIBUTARY_PORT: '4321', TRIBUTARY_KEY: 'client-key' };
    const flags = ['--data-dir', '/var/lib/tributary'];
    const printed = await run(['config', 'print', ...flags, '--json'], env);
    expect(JSON.parse(printed.out)).toMatchObject({
      port: 4321,
      dataDir: '/var/lib/tributary',
      initSecretKey: '********',
    });
    const table = await run(['config', 'print', ...flags], env);
    expect(table.out).toMatch(/^dataDir +\/var\/lib\/tributary +TRIBUTARY_DATA_DIR +--data-dir$/m);
    expect(printed.out + table.out).not.toMatch(/very-secret-key|client-key/);
  });
});
