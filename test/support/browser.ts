/** A real browser for the dashboard: Chromium, as an npm package brings it along. */

import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Only what a machine without a sandbox and without a GPU needs; the package's own list switches protections off. */
const ARGS = ['--no-sandbox', '--headless=shell', '--disable-gpu', '--font-render-hinting=none', '--hide-scrollbars'];

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 760 };

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args: ARGS });
}

export interface Look {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** Nothing is kept between contexts. Fails loudly when a page asks another origin for anything. */
export async function openContext(browser: Browser, origin: string, look: Look = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: look.viewport ?? DESKTOP,
    colorScheme: look.colorScheme ?? 'light',
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  await context.route(
    (url) => url.origin !== origin && !['data:', 'blob:'].includes(url.protocol),
    (route) => route.abort(),
  );
  return context;
}

/** The project's id, once its first page is there. */
export async function signIn(page: Page, key: string): Promise<string> {
  await page.goto('/sign-in');
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/p\/[0-9a-f-]{36}/);
  return /\/p\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? '';
}
