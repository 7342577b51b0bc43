/** Recorded and random traffic: any order, any cut, any number of deliveries gives the same; nothing throws. */

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asArray, field, isObject, type JsonObject } from '../../canonical/json.ts';
import { drafts, request, route, spansOf } from './testing.ts';

const CASES = new URL('../../../conformance/lunary/', import.meta.url);

function recordedEvents(name: string): JsonObject[] {
  const recording: unknown = JSON.parse(readFileSync(new URL(`${name}/requests.json`, CASES), 'utf8'));
  const requests = isObject(recording) ? asArray(field(recording, 'requests')) : [];
  return (requests ?? []).flatMap((sent) => {
    const body = isObject(sent) ? field(sent, 'body') : undefined;
    return isObject(body) ? (asArray(field(body, 'events')) ?? []).filter(isObject) : [];
  });
}

describe.each(readdirSync(CASES))('recording %s', (name) => {
  const events = recordedEvents(name);
  const once = drafts(events);

  it('folds to the same spans in any order and batching, with repeats', () => {
    const expected = spansOf(once);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), fc.nat(), fc.nat(), (shuffled, a, b) => {
        const cut = a % (events.length + 1);
        const again = shuffled.slice(0, b % (events.length + 1));
        const delivered = [shuffled.slice(0, cut), shuffled.slice(cut), again].flatMap((batch) => [...drafts(batch)]);
        expect(spansOf(delivered)).toEqual(expected);
        expect(new Set(delivered.map((event) => event.eventId))).toEqual(new Set(once.map((event) => event.eventId)));
      }),
      { numRuns: 20 },
    );
  });
});

describe('any input', () => {
  const key = fc.constantFrom(
    ...[
      'events',
      'type',
      'event',
      'runId',
      'run_id',
      'parentRunId',
      'message',
      'feedback',
      'extra',
      'tags',
      'metadata',
    ],
    ...['timestamp', 'tokensUsage', 'error', 'userId', 'userProps', 'overwrite', 'name', 'app', 'input', '__proto__'],
  );
  const word = fc.constantFrom(
    'start',
    'end',
    'error',
    'chat',
    'custom-event',
    'feedback',
    'log',
    'llm',
    'thread',
    'r',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, word, fc.jsonValue({ maxDepth: 1 }), tie('list'), tie('object')),
    list: fc.array(tie('tree'), { maxLength: 3 }),
    object: fc.array(fc.tuple(key, tie('tree')), { maxLength: 8 }).map((pairs) => Object.fromEntries(pairs)),
  }));

  it('is decoded without a throw, to one draft and one result per event, the same each time', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          tree.map((body) => JSON.stringify(body)),
          fc.string(),
        ),
        (text) => {
          for (const path of ['/v1/runs/ingest', '/api/report']) {
            const sent = request(text);
            const { decode, bodyClaim, events, accepted, refused } = route(path);
            bodyClaim?.(sent);
            const decoded = decode(sent);
            if (!decoded.ok) {
              expect(refused(decoded.fault, sent).status).toBeLessThan(500);
              continue;
            }
            const context = { receivedAt: sent.receivedAt, newEventId: String };
            const made = events(sent, decoded.items, context);
            expect(made).toHaveLength(decoded.items.filter((item) => item.ok).length);
            for (const event of made) expect(isObject(JSON.parse(event.payload))).toBe(true);
            expect(events(sent, decoded.items, context)).toEqual(made);
            expect(accepted({ request: sent, items: decoded.items, newEventId: String }).status).toBe(200);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
