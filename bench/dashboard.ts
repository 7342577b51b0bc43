/**
 * `npm run bench:dashboard`: the pages in a real browser, on a million traces of one span each and one of 10 000. How long
 * an interaction takes until the next paint is what the browser itself reports (Event Timing); how long a page takes
 * until its rows are there is measured from the navigation. `--traces` makes fewer, `--data <folder>` keeps the data.
 */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { SqliteRegistry } from '../src/registry/sqlite/sqlite-registry.ts';
import { openBrowser, openContext, signIn } from '../test/support/browser.ts';
import { TestServer } from '../test/support/server.ts';
import { existing, generate, LARGE_TRACE } from './generate.ts';
import { quantile, table } from './report.ts';

const PROJECT = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e';
const PAINT_MS_AIM = 200;
const OPEN_MS_AIM = 1_000;
const OPENINGS = 5;
/** Pages of a hundred rows that are loaded before the list is used. */
const SCROLLS = 30;

const { values: options } = parseArgs({
  options: { traces: { type: 'string', default: '1000000' }, data: { type: 'string' } },
});

async function prepare(dataDir: string, traces: number): Promise<void> {
  const found = await existing(dataDir);
  if (found?.spans !== traces || found.sizes !== 'single') {
    console.error(`generating ${traces} traces in ${dataDir}`);
    await rm(dataDir, { recursive: true, force: true });
    await mkdir(dataDir, { recursive: true });
    await generate(dataDir, join(dataDir, 'store'), PROJECT, traces, 'single');
  }
  const registry = await SqliteRegistry.open(join(dataDir, 'registry.db'));
  // The rows are as if the enrich stage had seen them.
  await registry.setMark('enrich', Number.MAX_SAFE_INTEGER);
  await registry.close();
}

/** From now on the page notes its interactions (at least 16 ms, the finest that browsers tell) and its long tasks. */
const OBSERVE = `
  window.interactions = [];
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.interactionId > 0) window.interactions.push(entry.duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: false });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
  }).observe({ type: 'longtask' });
`;

interface Used {
  readonly what: string;
  readonly interactions: readonly number[];
  readonly longTasks: readonly number[];
}

async function timed(page: Page, what: string, times: number, act: (round: number) => Promise<unknown>): Promise<Used> {
  await page.evaluate('window.interactions.length = 0; window.longTasks.length = 0');
  for (let round = 0; round < times; round += 1) {
    await act(round);
    // The observer tells of an interaction after its paint.
    await page.waitForTimeout(120);
  }
  await page.waitForTimeout(500);
  const [interactions, longTasks] = (await page.evaluate('[window.interactions, window.longTasks]')) as number[][];
  return { what, interactions: interactions ?? [], longTasks: longTasks ?? [] };
}

async function workInList(page: Page): Promise<Used[]> {
  await page.goto(`/p/${PROJECT}/traces?range=90d`);
  const rows = page.getByRole('row');
  await rows.nth(5).waitFor();
  await page.evaluate(OBSERVE);
  const list = page.getByLabel('List of traces');
  const bar = page.getByRole('combobox', { name: 'Filter the traces' });
  const used: Used[] = [];
  used.push(
    await timed(page, 'wheel through 3 000 rows', SCROLLS, async () => {
      await list.hover();
      await page.mouse.wheel(0, 4_000);
      await page.waitForTimeout(250);
    }),
  );
  await list.getByRole('link').first().focus();
  used.push(await timed(page, '`j` to the next row', 30, () => page.keyboard.press('j')));
  used.push(await timed(page, 'a letter in the filter bar', 12, (round) => bar.press('abstatusmodel'[round] ?? 'x')));
  await page.goto(`/p/${PROJECT}/traces?range=90d`);
  await rows.nth(5).waitFor();
  await page.evaluate(OBSERVE);
  const box = page.getByLabel('Values to filter by').getByRole('checkbox', { name: /error/ }).first();
  await box.waitFor();
  used.push(await timed(page, 'a value of a facet, on and off', 8, () => box.click()));
  used.push(
    await timed(page, 'open a menu and close it', 8, async () => {
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.keyboard.press('Escape');
    }),
  );
  return used;
}

/** Milliseconds from the navigation to the first rows of the large trace. */
async function openLargeTrace(page: Page): Promise<number> {
  await page.goto(`/p/${PROJECT}/settings`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const startedAt = performance.now();
  await page.goto(`/p/${PROJECT}/traces/${LARGE_TRACE.id}`);
  await page.getByRole('treeitem').nth(10).waitFor();
  return performance.now() - startedAt;
}

/** Milliseconds from the key that follows a link, on a page of the dashboard, to the first rows of the large trace. */
async function followLinkToLargeTrace(page: Page): Promise<number> {
  await page.goto(`/p/${PROJECT}/settings`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /A page/ }).fill(LARGE_TRACE.id);
  await page.keyboard.press('ArrowDown');
  const startedAt = performance.now();
  await page.keyboard.press('Enter');
  await page.getByRole('treeitem').nth(10).waitFor();
  return performance.now() - startedAt;
}

async function workInTrace(page: Page): Promise<Used[]> {
  await page.evaluate(OBSERVE);
  const tree = page.getByRole('tree').first();
  const first = page.getByRole('treeitem').first();
  await first.click();
  return [
    await timed(page, '10 000 spans: wheel', SCROLLS, async () => {
      await tree.hover();
      await page.mouse.wheel(0, 4_000);
    }),
    await timed(page, '10 000 spans: `j` to the next span', 30, () => page.keyboard.press('j')),
    await timed(page, '10 000 spans: next failing span', 10, () => page.keyboard.press('e')),
  ];
}

const ms = (value: number) => String(Math.round(value));
const verdict = (value: number, aim: number) => `${aim} ${value <= aim ? 'met' : 'MISSED'}`;

const traces = Number(options.traces);
const dataDir = options.data ?? (await mkdtemp(join(tmpdir(), 'tributary-bench-')));
try {
  await prepare(dataDir, traces);
  const server = await TestServer.start({ dataDir, projectId: PROJECT });
  const browser = await openBrowser();
  try {
    const page = await (await openContext(browser, server.url)).newPage();
    await signIn(page, server.key);
    const used = await workInList(page);
    const openings: number[] = [];
    const followings: number[] = [];
    for (let i = 0; i < OPENINGS; i += 1) {
      openings.push(await openLargeTrace(page));
      followings.push(await followLinkToLargeTrace(page));
    }
    used.push(...(await workInTrace(page)));
    console.log(`## Dashboard at ${traces} traces

\`npm run bench:dashboard -- --traces ${traces}\`: Chromium ${browser.version()}, 1440 × 900, on the same cores as the server; milliseconds. What the browser does not
report took less than 16 ms.

${table(
  ['interaction', 'reported', 'median', 'p98', 'worst', 'aim of the worst', 'longest task'],
  used.map(({ what, interactions, longTasks }) => [
    ...[what, interactions.length, ms(quantile(interactions, 0.5)), ms(quantile(interactions, 0.98))],
    ...[ms(Math.max(0, ...interactions)), verdict(Math.max(0, ...interactions), PAINT_MS_AIM)],
    ms(Math.max(0, ...longTasks)),
  ]),
)}

${table(
  [`a trace of ${LARGE_TRACE.spans} spans until its rows are there`, 'median', 'each time', 'aim'],
  [
    ['from a link in the dashboard', followings] as const,
    ['from its address: the dashboard is started, too', openings] as const,
  ].map(([what, times]) => [
    ...[what, ms(quantile(times, 0.5)), times.map(ms).join(', ')],
    verdict(quantile(times, 0.5), OPEN_MS_AIM),
  ]),
)}
`);
  } finally {
    await browser.close();
    await server.stop();
  }
} finally {
  if (options.data === undefined) await rm(dataDir, { recursive: true, force: true });
}
