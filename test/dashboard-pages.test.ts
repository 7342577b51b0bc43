/** Every page of the dashboard with the demo on it, in a real browser: light and dark, and as narrow as a phone. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityViolations, DESKTOP, openBrowser, openContext, PHONE, signIn, watch } from './support/browser.ts';
import { PLACES, startDemoServer } from './support/dashboard.ts';
import type { TestServer } from './support/server.ts';

/** Of the ordinary traffic: enough for every page. */
const SCALE = 0.1;

let server: TestServer;
let browser: Browser;
let page: Page;
let projectId: string;
let wrong: string[];

beforeAll(async () => {
  server = await startDemoServer(SCALE, Date.now());
  browser = await openBrowser();
  page = await (await openContext(browser, server.url)).newPage();
  wrong = watch(page, server.url);
  projectId = await signIn(page, server.key);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** What is wider than the page without being able to scroll by itself. */
const OVERFLOWING = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')]
    .filter((element) => {
      if (element.getBoundingClientRect().right <= width + 1) return false;
      for (let above = element.parentElement; above !== null; above = above.parentElement)
        if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(above).overflowX)) return false;
      return true;
    })
    .map((element) => element.outerHTML.slice(0, 150));
})()`;

/** Colours change with the frame after the next. */
const PAINTED =
  'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))';

describe('every page', () => {
  it.each(PLACES)('$name', async ({ path, shows }) => {
    wrong.length = 0;
    await page.setViewportSize(DESKTOP);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(path === undefined ? '/sign-in' : `/p/${projectId}${path}`);
    await page.getByText(shows).first().waitFor({ state: 'attached' });
    expect(await page.title()).toMatch(/ · Tributary$/);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(PAINTED);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    expect(await page.evaluate(OVERFLOWING)).toEqual([]);
    expect(wrong).toEqual([]);
  });
});
