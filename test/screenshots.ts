/**
 * `npm run screenshots`: every page with the demo, light and dark, desktop and phone, into ./screenshots. Whoever changes a
 * page looks at them. `-- --only trace` takes the places whose names have that in them; `-- --readme` takes the README's
 * picture instead. The clock stands still and the data is seeded, so two runs of one version give the same pictures.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { answered, DESKTOP, openBrowser, openContext, PHONE, signIn } from './support/browser.ts';
import { DEMO_BASE_MS, PLACES, type Place, startDemoServer } from './support/dashboard.ts';
import type { TestServer } from './support/server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README_PICTURE = 'docs/pictures/trace.png';

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, readme: { type: 'boolean', default: false } },
});

async function show(page: Page, projectId: string, { path, shows }: Place): Promise<void> {
  await page.goto(path === undefined ? '/sign-in' : `/p/${projectId}${path}`);
  await page.getByText(shows).first().waitFor();
  if (path !== undefined) await answered(page).catch(() => undefined);
}

async function openPage(browser: Browser, server: TestServer, look: Parameters<typeof openContext>[2]) {
  const page = await (await openContext(browser, server.url, look)).newPage();
  await page.clock.setFixedTime(DEMO_BASE_MS);
  return { page, projectId: await signIn(page, server.key) };
}

async function everyPage(browser: Browser, server: TestServer): Promise<void> {
  const directory = join(ROOT, 'screenshots');
  await mkdir(directory, { recursive: true });
  const places = PLACES.filter(({ name }) => flags.only === undefined || name.includes(flags.only));
  for (const [device, viewport] of [
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, projectId } = await openPage(browser, server, { viewport, colorScheme });
      for (const place of places) {
        const name = `${place.name}-${device}-${colorScheme}.png`;
        try {
          await show(page, projectId, place);
        } catch (error) {
          process.exitCode = 1;
          process.stderr.write(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : error}\n`);
        }
        await page.screenshot({ path: join(directory, name) });
        process.stdout.write(`screenshots/${name}\n`);
      }
      await page.context().close();
    }
}

async function readmePicture(browser: Browser, server: TestServer): Promise<void> {
  await mkdir(join(ROOT, 'docs/pictures'), { recursive: true });
  const { page, projectId } = await openPage(browser, server, { viewport: { width: 1360, height: 820 } });
  await show(page, projectId, { name: 'readme', path: '/traces/demo-research-crew?view=timeline', shows: 'analyst' });
  // The next failing span, as somebody would look for it.
  await page.keyboard.press('e');
  await page.getByText('503 The model is overloaded').first().waitFor();
  await page.screenshot({ path: join(ROOT, README_PICTURE) });
  process.stdout.write(`${README_PICTURE}\n`);
}

const server = await startDemoServer(1, DEMO_BASE_MS);
const browser = await openBrowser();
try {
  await (flags.readme ? readmePicture(browser, server) : everyPage(browser, server));
} finally {
  await browser.close();
  await server.stop();
}
