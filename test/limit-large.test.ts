/** Large bodies go another way than small ones (a thread of their own): what is answered and stored is the same. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largeBodyBytesMin } from '../src/limits.ts';
import { expectRefusal, post, storedEvents } from './support/refusals.ts';
import { TestServer } from './support/server.ts';
import { newSender, type Sender, vendors } from './support/vendors.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(async () => {
  const { stderr } = server;
  await server.stop();
  expect(stderr).toEqual([]);
});

describe.each(vendors)('$name', (vendor) => {
  const event = (sender: Sender, id: string, chars: number) =>
    vendor.event(sender, { id: JSON.stringify(id), data: JSON.stringify('ä'.repeat(chars)) });
  /** Ids that the server makes, and that a large body makes it longer, are all that may differ. */
  const shape = (text: string) =>
    text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id').replaceAll(/"(an id,?)+"/g, '"ids"');

  it('is answered the same, and stored the same', async () => {
    const [small, large] = [await newSender(server), await newSender(server)];
    const ids = vendor.batches === 'one' ? ['only'] : ['one', 'two', 'three'];
    const answers = [];
    for (const [sender, chars] of [
      [small, 10],
      [large, largeBodyBytesMin],
    ] as const)
      answers.push(await post(server, vendor, sender, vendor.body(ids.map((id) => event(sender, id, chars)))));
    expect(answers.map(({ status }) => status)).toEqual([vendor.acceptedStatus, vendor.acceptedStatus]);
    expect(shape(answers[1]?.text ?? '')).toBe(shape(answers[0]?.text ?? ''));
    const stored = [await storedEvents(server, small), await storedEvents(server, large)];
    expect(stored[1]?.map(({ text }) => text).sort()).toEqual(
      ids.map((id) => event(large, id, largeBodyBytesMin)).sort(),
    );
    expect(stored[1]).toHaveLength(stored[0]?.length ?? -1);
  });

  it('is refused the same', async () => {
    const sender = await newSender(server);
    const filler = ' '.repeat(largeBodyBytesMin);
    const body = vendor.body([event(sender, 'x', 10)]);
    expectRefusal(vendor, await post(server, vendor, sender, `${filler}${body.slice(0, -1)}`), 'malformed-json');
    expectRefusal(vendor, await post(server, vendor, sender, `${filler}${'['.repeat(600)}`), 'too-deep');
    const broken = Buffer.concat([Buffer.from(filler), Buffer.from([0xff])]);
    expectRefusal(vendor, await post(server, vendor, sender, broken), 'bad-encoding');
    expect(await storedEvents(server, sender)).toEqual([]);
    const { data } = await server.get<{ data: { body: string | null; bodyChars: number }[] }>(
      '/refused-requests',
      sender.key,
    );
    const shown = data.map(({ bodyChars, body: beginning }) => [bodyChars, beginning?.trim()]);
    // Where the key stands in the body, none of these says whose it is.
    const malformed = vendor.name === 'lunary report' ? undefined : [filler.length + body.length - 1, ''];
    expect(shown[2]).toEqual(malformed);
  });

  it.runIf(vendor.batches === 'each')('has each bad event of a large batch named', async () => {
    const sender = await newSender(server);
    const events = Array.from({ length: 300 }, (_, i) =>
      i % 100 === 7 ? '{"type":"llm","event":"start"}' : event(sender, `e${i}`, 500),
    );
    const { status, text } = await post(server, vendor, sender, vendor.body(events));
    const answer: unknown = JSON.parse(text);
    const results = (Array.isArray(answer) ? answer : (answer as { results: unknown[] }).results) as {
      id?: string;
      success: boolean;
      error?: string;
    }[];
    expect(status).toBe(200);
    expect(results.map(({ success }) => success)).toEqual(events.map((_, i) => i % 100 !== 7));
    expect(results[8]?.id).toBe('e8');
    expect(results[107]?.error).toBe('events[107].runId is required');
    expect(await storedEvents(server, sender)).toHaveLength(297);
  });
});

it('many at once are all answered', async () => {
  const vendor = vendors.find(({ name }) => name === 'vellum');
  if (vendor === undefined) throw new Error('no vendor');
  const senders = [await newSender(server), await newSender(server), await newSender(server)];
  const data = JSON.stringify('x'.repeat(largeBodyBytesMin));
  const sent = senders.flatMap((sender) =>
    Array.from({ length: 20 }, (_, i) =>
      post(server, vendor, sender, vendor.body([vendor.event(sender, { id: `"many ${i}"`, data })])),
    ),
  );
  for (const { status } of await Promise.all(sent)) expect(status).toBe(200);
  for (const sender of senders) expect(await storedEvents(server, sender)).toHaveLength(20);
});
