/** The wall clock jumps while all vendors send, and between two starts. Timers and time-outs do not follow it. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { Faults } from './support/faults/control.ts';
import { audit, Load } from './support/faults/load.ts';
import { TestServer } from './support/server.ts';

const SEED = 20261121;
const HOUR_MS = 3_600_000;
/** One answer: far below the shortest jump, far above what a busy machine takes. */
const ANSWER_MS_MAX = 20_000;

let faults: Faults;
let server: TestServer;
let load: Load;
beforeAll(async () => {
  faults = new Faults();
  server = await TestServer.start({ env: faults.env });
  load = await Load.start(server, { seed: SEED, pauseMs: 20 });
});
afterAll(async () => {
  await load.stop();
  await server.stop();
  faults.remove();
});

it.each([
  ['back an hour', -HOUR_MS],
  ['forward a day', 24 * HOUR_MS],
  ['back to now', 0],
])(`%s: events are taken and stored (seed ${SEED})`, async (_, offsetMs) => {
  await load.grow(20);
  faults.set({ clock: { offsetMs } });
  const before = load.refusals + load.unanswered.size;
  await load.grow(40);
  expect(load.refusals + load.unanswered.size).toBe(before);
});

it('an hour back across a restart: positions go on where they were', async () => {
  await load.stop();
  await server.settle();
  const [last] = await positions('order=desc&limit=1');
  expect(await server.terminate()).toBe(0);
  faults.set({ clock: { offsetMs: -HOUR_MS } });
  const { dataDir } = server;
  server = await TestServer.start({ dataDir, env: faults.env });
  const again = await Load.start(server, { seed: SEED + 1, pauseMs: 20, name: 'again' });
  await again.grow(40);
  await again.stop();
  for (const id of again.acknowledged) load.acknowledged.add(id);
  await server.settle();
  const all = await positions('after=-1&limit=1000');
  expect(all.at(-1)).toBeGreaterThan(last ?? 0);
  expect(load.slowestMs).toBeLessThan(ANSWER_MS_MAX);
});

it('nothing is missing or doubled, in pages of any size, by time and by position', async () => {
  expect(await audit(server, load)).toMatchObject({ missing: [], doubled: [] });
  const followed: number[] = [];
  for (let after = -1; ; after = followed.at(-1) ?? 0) {
    const page = await positions(`after=${after}&limit=37`);
    if (page.length === 0) break;
    followed.push(...page);
  }
  expect(followed).toEqual([...new Set(followed)].sort((a, b) => a - b));
  for (const order of ['asc', 'desc']) {
    const paged: { readonly timestamp: string; readonly position: number }[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { data: typeof paged; nextCursor: string | null } = await server.get(
        `/events?order=${order}&limit=53${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      paged.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(paged.map(({ position }) => position).sort((a, b) => a - b)).toEqual(followed);
    const times = paged.map(({ timestamp }) => timestamp);
    expect(times).toEqual(order === 'asc' ? times.toSorted() : times.toSorted().reverse());
  }
  const traces = new Set((await server.all<{ traceId: string }>('/traces')).map(({ traceId }) => traceId));
  const events = await server.all<{ traceId: string }>('/events');
  expect(events.filter(({ traceId }) => !traces.has(traceId))).toEqual([]);
});

async function positions(query: string): Promise<number[]> {
  const { data } = await server.get<{ data: { position: number }[] }>(`/events?${query}`);
  return data.map(({ position }) => position);
}
