/** Events whose every text is an attack on whoever looks at them: nothing runs, nothing is fetched, nothing freezes. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answered, openBrowser, openContext, signIn, watch } from './support/browser.ts';
import { TestServer } from './support/server.ts';

const SCRIPT = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><svg onload="window.hacked=1">';
const LINKS =
  '[a](javascript:window.hacked=1) [b](data:text/html,<script>window.hacked=1</script>) <a href="javascript:window.hacked=1">c</a> ![d](https://elsewhere.example/d.png) [e](https://elsewhere.example/e) [f](//elsewhere.example/f)';
const RTL = '\u202egnp.exe\u202c \u2066isolated \u0007bell \u200bzero';
const LONG_LINE = 'x'.repeat(1_000_000);
/** As deep as intake takes it, and much deeper in a text that is JSON itself, such as the arguments of a tool call. */
const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`;
const DEEP = `{"levels":${nested(400)},"arguments":${JSON.stringify(nested(10_000))}}`;
const NAME = `${SCRIPT}${RTL}`;
const PROTOTYPE = '{"__proto__":{"hacked":1},"constructor":{"prototype":{"hacked":1}},"toString":"x"}';

let server: TestServer;
let browser: Browser;
let page: Page;
let projectId: string;
let wrong: string[];

/** One trace of an agent, a model call and a tool, all of whose texts are `text`. */
function runs(id: string, text: unknown, name = NAME): string {
  const at = (second: number) => new Date(Date.now() - 60_000 + second * 1000).toISOString();
  const run = (runId: string, type: string, parentRunId: string | undefined, second: number) => [
    {
      ...{ type, event: 'start', runId, parentRunId, name, timestamp: at(second), input: text, tags: [name] },
      ...{
        userId: `user ${name}`,
        userProps: { name, text: SCRIPT },
        params: { temperature: name, tools: [{ name }] },
      },
      metadata: { [name]: text, url: 'javascript:window.hacked=1' },
    },
    type === 'tool'
      ? {
          type,
          event: 'error',
          runId,
          timestamp: at(second + 1),
          error: { message: name, stack: `${name}\n  at ${LINKS}` },
        }
      : {
          type,
          event: 'end',
          runId,
          timestamp: at(second + 1),
          output: text,
          tokensUsage: { prompt: 5, completion: 5 },
        },
  ];
  return JSON.stringify({
    events: [...run(id, 'agent', undefined, 0), ...run(`${id} llm`, 'llm', id, 1), ...run(`${id} tool`, 'tool', id, 3)],
  });
}

async function post(path: string, body: string): Promise<void> {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body,
  });
  expect([path, response.status, await response.text()]).toEqual([
    path,
    expect.toBeOneOf([200, 201, 202]),
    expect.anything(),
  ]);
}

beforeAll(async () => {
  server = await TestServer.start();
  const message = (content: unknown) => [
    { role: `user${SCRIPT}`, content },
    { role: 'assistant', content },
  ];
  await post('/lunary/v1/runs/ingest', runs('markup', message(`${SCRIPT}\n\n${LINKS}\n\n${RTL}`)));
  await post(
    '/lunary/v1/runs/ingest',
    runs('image', message([{ type: 'image_url', image_url: { url: 'https://elsewhere.example/i.png' } }])),
  );
  await post('/lunary/v1/runs/ingest', runs('long', LONG_LINE, 'long'));
  await post('/lunary/v1/runs/ingest', runs('deep', 'DEEP', 'deep').replaceAll('"DEEP"', DEEP));
  await post('/lunary/v1/runs/ingest', runs('prototype', 'P', 'prototype').replaceAll('"P"', PROTOTYPE));
  await post(
    `/weflayr/${projectIdOf()}/`,
    JSON.stringify({
      ...{ event_id: '../../<b>', event_type: `${NAME}.after`, model: NAME, provider: SCRIPT, session_id: NAME },
      ...{ tags: { [NAME]: NAME }, response: { choices: [{ message: { role: 'assistant', content: LINKS } }] } },
    }),
  );
  await server.settle();
  browser = await openBrowser();
  page = await (await openContext(browser, server.url)).newPage();
  wrong = watch(page, server.url);
  projectId = await signIn(page, server.key);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const projectIdOf = () => server.projectId;

/** Nothing of an event has become part of the page, and every link leads to http(s). */
const HARM = `(() => {
  const found = [];
  if (window.hacked !== undefined || ({}).hacked !== undefined) found.push('a script of an event ran');
  for (const link of document.querySelectorAll('a[href]'))
    if (!['http:', 'https:', 'blob:'].includes(link.protocol)) found.push('a link to ' + link.href.slice(0, 60));
  for (const image of document.querySelectorAll('img, iframe, object, embed, video, audio, source'))
    if (image.src !== location.origin + '/icon.svg') found.push('a picture: ' + image.outerHTML.slice(0, 100));
  for (const handled of document.querySelectorAll('[onerror], [onload], [onclick], body script'))
    found.push('a handler: ' + handled.outerHTML.slice(0, 100));
  if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText)) found.push('a direction override in the text');
  return found;
})()`;

/** How long the page does not answer, at worst, while `work` goes on. */
async function blockedMs(work: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`window.blocked = 0; window.last = performance.now();
    window.ticking = setInterval(() => { const now = performance.now(); window.blocked = Math.max(window.blocked, now - window.last); window.last = now; }, 10);`);
  await work();
  return (await page.evaluate('clearInterval(window.ticking); window.blocked')) as number;
}

/** On a loaded machine a page that is not frozen may still be slow; a frozen one does not come back for many seconds. */
const FROZEN_MS = 3_000;

describe('pages with hostile events', () => {
  it.each([
    ['/?range=1h', false],
    ['/traces?range=1h', true],
    ['/sessions?range=1h', true],
    ['/users?range=1h', true],
    ['/agents?range=1h', true],
    ['/models?range=1h', true],
    ['/tools?range=1h', true],
    ['/live', true],
    ['/intake', false],
  ])('%s', async (path, showsNames) => {
    wrong.length = 0;
    await page.goto(`/p/${projectId}${path}`);
    if (showsNames) await page.getByText('onerror').first().waitFor({ state: 'attached' });
    else await answered(page);
    expect(await page.evaluate(HARM)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  it.each(
    ['markup', 'image', 'long', 'deep', 'prototype'].flatMap((trace) =>
      // Bodies are in the panel and in the transcript; the other two show names.
      ['tree', 'transcript', ...(trace === 'markup' ? ['timeline', 'graph'] : [])].map((view) => [trace, view]),
    ),
  )('the trace "%s" as %s', async (trace, view) => {
    wrong.length = 0;
    await page.goto(`/p/${projectId}/traces/${trace}?view=${view}&span=${trace}%20llm`);
    const blocked = await blockedMs(async () => {
      await page.getByRole('tab').first().waitFor();
      // The span's panel is the same beside each view.
      for (const tab of view === 'tree' ? await page.getByRole('tab').all() : []) {
        await tab.click();
        await answered(page);
        expect(await page.evaluate(HARM)).toEqual([]);
      }
    });
    expect(await page.evaluate(HARM)).toEqual([]);
    expect(wrong).toEqual([]);
    expect(blocked).toBeLessThan(FROZEN_MS);
  });

  it('an id that looks like a path', async () => {
    wrong.length = 0;
    await page.goto(`/p/${projectId}/traces?range=1h&dialect=weflayr`);
    const link = page.getByRole('link', { name: /onerror/ }).first();
    await link.press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toContain('/traces/..%2F..%2F%3Cb%3E');
    expect(await page.evaluate(HARM)).toEqual([]);
    expect(wrong).toEqual([]);
  });
});
