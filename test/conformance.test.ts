/**
 * Recorded traffic of real clients, replayed against the real server: answers, stored events and traces are what
 * `conformance/<dialect>/<case>/expected.json` says, whatever the order of the requests, and also under `/<dialect>`.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEvents, checkReplies, checkTraces } from './support/checks.ts';
import { show } from './support/compare.ts';
import { habitsOf, isEventRequest } from './support/habits.ts';
import { shuffledDeliveries, toExpectation } from './support/order.ts';
import { type Case, type Exchange, type ReplayOptions, readCases, replay, Tenant } from './support/replay.ts';
import { TestServer } from './support/server.ts';
import { readStored, type Stored } from './support/stored.ts';

/** Another order of delivery: `CONFORMANCE_SEED=<n>`. */
const SEED = Number(process.env.CONFORMANCE_SEED ?? 20_261_121);

/** One case of each dialect, the one with the most routes, is also replayed under the dialect's prefix. */
const PREFIXED = [
  'lunary/vendor-server-http',
  'vellum/py-direct',
  'voker/py-0.0.15',
  'weflayr/py-v1',
  'whyops/ts-0.1.1',
];

const cases = readCases();
let server: TestServer;
beforeAll(async () => {
  console.info(`conformance: CONFORMANCE_SEED=${SEED}`);
  server = await TestServer.start();
});
afterAll(() => server.stop());

interface Replayed {
  readonly tenant: Tenant;
  readonly exchanges: readonly Exchange[];
  readonly stored: Stored;
}

interface RunOptions extends ReplayOptions {
  readonly wantsSpans?: (trace: { readonly events: number }) => boolean;
}

async function run(one: Case, title: string, { wantsSpans, ...options }: RunOptions = {}): Promise<Replayed> {
  const tenant = await Tenant.open(server, `${one.name} ${title}`, one.expected);
  const exchanges = await replay(server, one, tenant, options);
  await server.settle();
  return { tenant, exchanges, stored: await readStored(server, tenant.key, wantsSpans) };
}

/** Each case is replayed in its own order once, for all tests that need it. */
const inOrder = new Map<string, Promise<Replayed>>();
function runInOrder(one: Case): Promise<Replayed> {
  const replayed = inOrder.get(one.name) ?? run(one, 'in order');
  inOrder.set(one.name, replayed);
  return replayed;
}

async function check(one: Case, replayed: Replayed): Promise<string[]> {
  const { tenant, exchanges, stored } = replayed;
  return [
    ...checkReplies(exchanges, tenant.expectation(one.expected.replies)),
    ...checkEvents(exchanges, stored, one.expected.events),
    ...checkTraces(tenant.expectation(one.expected.traces), stored.traces),
    ...checkEventIds(one, replayed),
    ...(await checkReceipts(one, replayed)),
  ];
}

/** An id that was answered is the id of a stored event. */
function checkEventIds(one: Case, { exchanges, stored }: Replayed): string[] {
  const known = new Set<unknown>(stored.events.map((event) => event.eventId));
  const { eventIds } = habitsOf(one);
  if (eventIds === undefined) return [];
  return exchanges
    .filter(({ index, status }) => status < 300 && isEventRequest(one, index))
    .flatMap(({ title, body }) => {
      const ids = eventIds(body);
      return Array.isArray(ids) && ids.every((id) => known.has(id)) ? [] : [`${title}: no such events: ${show(ids)}`];
    });
}

async function checkReceipts(one: Case, { tenant, exchanges }: Replayed): Promise<string[]> {
  const accepted = exchanges.filter(({ index, status }) => status < 300 && isEventRequest(one, index));
  const problems = await Promise.all(
    accepted.map(async ({ title, headers }) => {
      const receipt = headers['x-tributary-receipt'];
      if (receipt === undefined) return [`${title}: no receipt`];
      const { status } = await server.get<{ status: string }>(`/receipts/${String(receipt)}`, tenant.key);
      return status === 'stored' ? [] : [`${title}: receipt ${String(receipt)} is ${status}, expected stored`];
    }),
  );
  return problems.flat();
}

function expectNone(problems: readonly string[], title: string): void {
  if (problems.length > 0) expect.fail(`${title}: ${problems.length} differences\n- ${problems.join('\n- ')}`);
}

it('there are cases of every dialect', () => {
  expect([...new Set(cases.map((one) => one.dialect))]).toEqual(['lunary', 'vellum', 'voker', 'weflayr', 'whyops']);
});

describe.each(cases)('$name', (one) => {
  it('gives the expected answers, events and traces', async () => {
    const replayed = await runInOrder(one);
    expectNone(await check(one, replayed), one.name);
  });

  it('gives the same in another order, with repeats, cut differently', async () => {
    const first = await runInOrder(one);
    const deliveries = shuffledDeliveries(one, SEED);
    // A span of one event has no order; its trace's summary is compared all the same.
    const wantsSpans = ({ events }: { readonly events: number }) => events > 1;
    const second = await run(one, `shuffled with seed ${SEED}`, { deliveries, wantsSpans });
    const toEvents = second.exchanges.filter(({ index }) => isEventRequest(one, index));
    const expected = toExpectation(one, first, [...first.stored.events, ...second.stored.events]);
    expectNone(
      [
        ...checkReplies(toEvents, second.tenant.expectation(one.expected.replies)),
        ...checkEvents(second.exchanges, second.stored, one.expected.events),
        ...checkTraces(second.tenant.expectation(expected), second.stored.traces),
      ],
      `${one.name}, repeat with CONFORMANCE_SEED=${SEED}`,
    );
  });
});

describe.each(PREFIXED)('%s under the prefix of its dialect', (name) => {
  it('gives the same', async () => {
    const one = cases.find((candidate) => candidate.name === name);
    if (one === undefined) throw new Error(`there is no case ${name}`);
    const replayed = await run(one, 'with prefix', { prefix: `/${one.dialect}` });
    expectNone(await check(one, replayed), name);
  });
});
