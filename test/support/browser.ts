/** A real browser for the dashboard: Chromium, as an npm package brings it along. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';

/** Only what a machine without a sandbox and without a GPU needs; the package's own list switches protections off. */
const ARGS = [
  ...['--no-sandbox', '--headless=shell', '--disable-gpu', '--font-render-hinting=none', '--hide-scrollbars'],
  // Nothing leaves the machine; `watch` says what has tried to.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 760 };

/** Unpacks it when it is not there yet. */
export function browserPath(): Promise<string> {
  return sparticuz.executablePath();
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await browserPath(), args: ARGS });
}

export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** Nothing is kept between contexts. */
export async function openContext(browser: Browser, origin: string, look: Look = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: look.viewport ?? DESKTOP,
    colorScheme: look.colorScheme ?? 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  context.on('page', followParts);
  return context;
}

/** What no page may do: ask another origin, break the Content-Security-Policy, fail, or complain. Grows while it looks. */
export function watch(page: Page, origin: string): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== 'data:') seen.push(`asked for ${request.url().slice(0, 200)}`);
  });
  page.on('pageerror', (error) => seen.push(`failed: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.push(`said: ${message.text().slice(0, 500)}`);
  });
  page.on('dialog', (dialog) => {
    seen.push(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return seen;
}

const ANSWERED_MS = 30_000;
const CALM_LOOKS = 4;
/** Parts of the program that pages are still loading. */
const loading = new WeakMap<Page, Set<Request>>();

function followParts(page: Page): void {
  const parts = new Set<Request>();
  loading.set(page, parts);
  const isPart = (request: Request) => ['script', 'stylesheet'].includes(request.resourceType());
  const ended = (request: Request) => parts.delete(request);
  page.on('request', (request) => isPart(request) && parts.add(request));
  page.on('requestfinished', ended).on('requestfailed', ended);
  // What the page before was loading.
  page.on('domcontentloaded', () => parts.clear());
}

/** Once every question of the page is answered, and stays so for a moment: an answer may lead to the next question. */
export async function answered(page: Page): Promise<void> {
  const until = Date.now() + ANSWERED_MS;
  for (let calm = 0; calm < CALM_LOOKS; ) {
    const parts = [...(loading.get(page) ?? [])].map((request) => request.url());
    const isBusy = (await page.evaluate(`document.querySelector('main')?.ariaBusy`)) !== 'false';
    calm = isBusy || parts.length > 0 ? 0 : calm + 1;
    if (Date.now() > until) throw new Error(`the page still waits: main ${isBusy ? 'is' : 'is not'} busy; ${parts}`);
    await page.waitForTimeout(40);
  }
}

/** The project's id, once its first page is there. */
export async function signIn(page: Page, key: string): Promise<string> {
  await page.goto('/sign-in');
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/p\/[0-9a-f-]{36}/);
  return /\/p\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** Serious and critical violations of WCAG AA, each as a line. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(STANDARDS)} }).then(({ violations }) => violations)`,
  )) as Violation[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 5).map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary.slice(0, 400)}`),
    );
}
