import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementTexts, memberText } from './json-slices.ts';
import { readPage } from './raw-events.ts';

describe('payloads as they were sent', () => {
  test('spelling survives: numbers, repeated names, escapes, spaces', () => {
    const payloads = [
      '{"n": 1.0e2, "big":12345678901234567890, "a":1,"a" : 2}',
      '"\\u00e9\\ud800 \\"}],"',
      '[ ]',
      ' {"payload":{"payload":1}}',
    ];
    const data = payloads.map((payload, i) => `{"eventId":"${i}","payload":${payload},"dialect":"x"}`);
    const page = readPage(`{ "data": [${data.join(' ,\n')}], "nextCursor": null }`);
    expect(page.events.map(({ payloadText }) => payloadText)).toEqual(payloads.map((payload) => payload.trim()));
    expect(page.events[1]?.eventId).toBe('1');
  });

  test('slices are what the parser reads there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ a: fc.jsonValue(), 'b"\\': fc.jsonValue() })),
        fc.constantFrom(0, 1, 3),
        (list, space) => {
          const texts = elementTexts(JSON.stringify(list, null, space));
          expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(list)));
          const members = texts.map((text) => JSON.parse(memberText(text, 'b"\\') ?? ''));
          expect(members).toEqual(list.map((one) => JSON.parse(JSON.stringify(one['b"\\']))));
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  test('depth and length are no matter', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(memberText(`{"x":0,"payload":${deep}}`, 'payload')).toBe(deep);
    const quotes = JSON.stringify('"\\'.repeat(100_000));
    expect(elementTexts(`[${quotes}, 1]`)).toEqual([quotes, '1']);
  });
});
