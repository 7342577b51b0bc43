/**
 * The dashboard as somebody uses it who is on call: sign in, connect a client, see its event arrive, look for what failed,
 * take it away as a file, mend a dead letter. One story, in a real browser, on the demo's data.
 */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DiskLog } from '../src/log/disk/disk-log.ts';
import { openBrowser, openContext, signIn, watch } from './support/browser.ts';
import { startDemoServer } from './support/dashboard.ts';
import type { TestServer } from './support/server.ts';

const PROJECT = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';
const SCALE = 0.05;

let dataDir: string;
let server: TestServer;
let browser: Browser;
let page: Page;
let wrong: string[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tributary-dashboard-'));
  await leaveDeadLetter();
  server = await startDemoServer(SCALE, Date.now(), { dataDir, projectId: PROJECT });
  browser = await openBrowser();
  page = await (await openContext(browser, server.url)).newPage();
  wrong = watch(page, server.url);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A request of a route that this version does not know: it becomes a dead letter. */
async function leaveDeadLetter(): Promise<void> {
  const log = await DiskLog.open(join(dataDir, 'log'));
  const receivedAt = Date.now() * 1000;
  const event = {
    type: 'agent',
    event: 'start',
    runId: 'from-a-dead-letter',
    name: 'late-agent',
    timestamp: receivedAt / 1000,
  };
  await log.append({
    meta: JSON.stringify({
      ...{ version: 1, project: PROJECT, route: 'lunary.ingest-next', receivedAt, method: 'POST', params: {} },
      ...{ query: '', headers: {}, userAgent: 'test/1' },
    }),
    body: Buffer.from(JSON.stringify({ events: [event] })),
    count: 1,
  });
  await log.close();
}

/** The version that knows it. */
function upgrade(): void {
  const database = new Database(join(dataDir, 'registry.db'));
  database.pragma('busy_timeout = 10000');
  database.prepare("UPDATE dead_letters SET meta = replace(meta, '.ingest-next', '.ingest')").run();
  database.close();
}

const open = (path: string) => page.goto(`/p/${PROJECT}${path}`);
const seen = (text: string | RegExp) => page.getByText(text).first().waitFor();

function send(key: string, id: string): Promise<Response> {
  return fetch(`${server.url}/weflayr/${PROJECT}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ event_id: id, event_type: `${id}.after`, provider: 'openai', model: 'gpt-4o-mini', elapsed_ms: 820.5 },
      ...{ prompt_tokens: 12, completion_tokens: 3 },
    }),
  });
}

describe('somebody on call', () => {
  // Nothing failed in the page, nothing was asked of another origin.
  afterEach(() => expect(wrong.splice(0)).toEqual([]));

  it('is told what is wrong with a key, and gets in with a good one', async () => {
    await page.goto('/');
    await page.waitForURL(/\/sign-in$/);
    await page.getByLabel('Key').fill('not a key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'unknown or revoked' }).waitFor();
    expect(await signIn(page, server.key)).toBe(PROJECT);
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([
      { name: 'tributary_key', httpOnly: true, sameSite: 'Strict', path: `/p/${PROJECT}/` },
    ]);
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain(server.key);
    // The browser itself complains of the 401 that was wanted.
    expect(wrong.splice(0)).toEqual([expect.stringContaining('401')]);
  });

  let key: string;
  it('makes a key, which is shown once', async () => {
    await open('/settings?tab=keys');
    await page.getByRole('form', { name: 'New key' }).getByLabel('Name').fill('night shift');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const dialog = page.getByRole('dialog');
    key = (await dialog.locator('pre').innerText()).trim();
    expect(key).toMatch(/^trib_/);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('cell', { name: 'night shift' }).first().waitFor();
    await page.reload();
    await page.getByRole('cell', { name: 'night shift' }).first().waitFor();
    expect(await page.content()).not.toContain(key);
  });

  it('sees an event that is sent with it, without asking again', async () => {
    await open('/traces?range=1h&live=1');
    await page.getByRole('link', { name: 'support-agent' }).first().waitFor();
    const answer = await send(key, 'night-call');
    expect(answer.status).toBe(200);
    await page.getByRole('link', { name: 'night-call' }).first().waitFor({ timeout: 10_000 });
  });

  it('filters by typing, and shares the address', async () => {
    await open('/traces?range=7d');
    const bar = page.getByRole('combobox', { name: 'Filter the traces' });
    await bar.fill('status:error dialect:weflayr');
    await bar.press('Enter');
    await page.waitForURL(/status=error/);
    expect(new URL(page.url()).searchParams.getAll('dialect')).toEqual(['weflayr']);
    await seen(/\d+ traces?/);
    const { data } = await server.get<{ data: { traceId: string }[] }>(
      '/traces?status=error&dialect=weflayr&limit=1000',
    );
    expect(data.length).toBeGreaterThan(0);
    await expect
      .poll(() => page.getByRole('status').filter({ hasText: 'traces' }).innerText())
      .toContain(String(data.length));
    const address = page.url();
    const other = await page.context().newPage();
    await other.goto(address);
    await other
      .getByRole('button', { name: /Remove the filter/ })
      .first()
      .waitFor();
    expect(await other.getByRole('button', { name: /Remove the filter/ }).count()).toBe(2);
    await other.close();
  });

  it.each([
    ['csv', /CSV/, (text: string) => text.trim().split('\r\n').length - 1],
    [
      'jsonl',
      /JSONL/,
      (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object).length,
    ],
  ])('takes what is filtered away as %s', async (format, label, count) => {
    await open('/traces?range=7d&status=error&dialect=weflayr');
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: label }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format}$`));
    const text = await readFile(await download.path(), 'utf8');
    const { data } = await server.get<{ data: object[] }>('/traces?status=error&dialect=weflayr&limit=1000');
    expect(count(text)).toBe(data.length);
  });

  it('opens a trace, looks at it in four ways and finds the span that failed', async () => {
    await open('/traces/demo-support-tool-failed');
    await page.getByRole('tree').first().waitFor();
    expect(await page.getByRole('treeitem').count()).toBe(5);
    await page.keyboard.press('e');
    await page.waitForURL(/span=/);
    await page.getByRole('treeitem', { selected: true }).filter({ hasText: 'refund_status' }).waitFor();
    const { spans } = await server.get<{ spans: { name: string; error: { message: string } | null }[] }>(
      '/traces/demo-support-tool-failed',
    );
    await seen(spans.find(({ error }) => error !== null)?.error?.message ?? 'no error');
    for (const [pressed, view] of [
      ['w', 'timeline'],
      ['g', 'graph'],
      ['c', 'transcript'],
    ] as const) {
      await page.keyboard.press(pressed);
      await page.waitForURL(new RegExp(`view=${view}`));
      await seen('refund_status');
    }
    await seen('I am sorry, Jonas.');
    await page.keyboard.press('t');
    await page.getByRole('tree').first().waitFor();
  });

  it('sees how a cost comes about', async () => {
    await open('/traces/demo-prompt-cache');
    await page
      .getByRole('treeitem')
      .filter({ hasText: /claude|gpt|gemini/ })
      .first()
      .click();
    await page.getByRole('tab', { name: /Cost/ }).click();
    await seen(/per million/i);
  });

  it('watches a running trace grow without losing the place', async () => {
    const ingest = (events: object[]) =>
      fetch(`${server.url}/lunary/v1/runs/ingest`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      });
    const start = (runId: string, parentRunId?: string) => ({
      ...{ type: parentRunId === undefined ? 'agent' : 'tool', event: 'start', runId, parentRunId, name: runId },
      timestamp: new Date().toISOString(),
    });
    await ingest([start('growing'), start('first-step', 'growing')]);
    await server.settle();
    await open('/traces/growing');
    await page.getByRole('treeitem').filter({ hasText: 'first-step' }).click();
    await ingest([start('second-step', 'growing')]);
    await page.getByRole('treeitem').filter({ hasText: 'second-step' }).waitFor({ timeout: 10_000 });
    await page.getByRole('treeitem', { selected: true }).filter({ hasText: 'first-step' }).waitFor();
  });

  it('retries a dead letter', async () => {
    upgrade();
    await open('/intake');
    await page.getByRole('table').filter({ hasText: 'no route is called' }).waitFor();
    await page
      .getByRole('checkbox', { name: /Choose dead letter/ })
      .first()
      .check();
    await page
      .getByRole('button', { name: /^Retry/ })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('button', { name: /Retry/ }).click();
    await expect
      .poll(async () => (await server.get<{ data: object[] }>('/traces?name=late-agent')).data.length, {
        timeout: 10_000,
      })
      .toBe(1);
  });

  it('switches to a new project, which waits for its first event and then shows it', async () => {
    const { id, key: other } = await server.createProject('second');
    await signIn(page, other);
    await page.waitForURL(new RegExp(`/p/${id}/start`));
    await seen('Waiting for the first event');
    expect(await page.content()).toContain(id);
    await fetch(`${server.url}/weflayr/${id}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${other}`, 'content-type': 'application/json' },
      body: JSON.stringify({ event_id: 'first-of-all', event_type: 'first.call.after', model: 'gpt-4o-mini' }),
    });
    await seen(/first trace/i);
    await page.getByRole('button', { name: /second/ }).click();
    await page.getByRole('menuitem', { name: 'default' }).click();
    await page.waitForURL(new RegExp(`/p/${PROJECT}`));
  });

  it('follows a link that knows a span and no project, and is asked for a key of an unknown project', async () => {
    const { spans } = await server.get<{ spans: { spanId: string; parentSpanId: string | null }[] }>(
      '/traces/demo-workflow',
    );
    const span = spans.find(({ parentSpanId }) => parentSpanId !== null)?.spanId ?? '';
    await page.goto(`/traces/${encodeURIComponent(span)}`);
    await page.waitForURL(/\/traces\/demo-workflow\?.*span=/);
    await page.getByRole('treeitem', { selected: true }).waitFor();
    // The browser complains of each 404 that said it is no trace.
    expect(wrong.splice(0).filter((line) => !line.includes('404'))).toEqual([]);
    await page.goto('/p/00000000-0000-4000-8000-000000000000/traces?status=error');
    await page.waitForURL(/\/sign-in\?to=/);
    await page.getByLabel('Key').waitFor();
    await open('/traces?range=7d');
    await page.getByRole('link', { name: 'support-agent' }).first().waitFor();
  });

  it('goes anywhere by key, and signs out', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /A page/ }).fill('demo-rag');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/traces\/demo-rag/);
    await page
      .getByRole('button', { name: /default/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Sign out of this project' }).click();
    await expect
      .poll(async () => (await page.context().cookies()).filter(({ path }) => path.includes(PROJECT)))
      .toEqual([]);
  });
});
