/** Rules on requests: what is taken out is gone, and everything else keeps its bytes. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newProjectId } from '../canonical/ids.ts';
import type { EventRoute } from '../dialects/dialect.ts';
import type { NewRedactionRule, RedactionRule } from '../registry/redaction.ts';
import { Redaction, tryOut } from './redaction.ts';
import { readTarget } from './rules.ts';

const KEY = Buffer.from('the key of a project');
const builtIn = (target: string, action: NewRedactionRule['action'] = 'mask'): NewRedactionRule => ({
  ...{ kind: 'built-in', name: target, target, action },
});
const field = (target: string, action: NewRedactionRule['action'] = 'mask'): NewRedactionRule => ({
  ...{ kind: 'field', name: 'x', target, action },
});
const EMAIL = builtIn('email');
const redacted = async (text: string, ...rules: NewRedactionRule[]) => (await tryOut(text, rules, KEY)).text;

describe('patterns in JSON', () => {
  it.each([
    ['{"a":"to ann@x.org, now"}', '{"a":"to [redacted:email], now"}'],
    [
      '{ "n" : 1.0, "e":1E5 , "b":12345678901234567890,"a":"ann@x.org" }',
      '{ "n" : 1.0, "e":1E5 , "b":12345678901234567890,"a":"[redacted:email]" }',
    ],
    [
      '{"a":"\\u0041\\/\\ud83d\\ude00 ann\\u0040x.org \\/\\n"}',
      '{"a":"\\u0041\\/\\ud83d\\ude00 [redacted:email] \\/\\n"}',
    ],
    ['{"a":1,"a":"ann@x.org","a":2}', '{"a":1,"a":"[redacted:email]","a":2}'],
    ['{"ann@x.org":{"x":[]}}', '{"[redacted:email]":{"x":[]}}'],
    ['["ann@x.org","b"]', '["[redacted:email]","b"]'],
    ['"ann@x.org"', '"[redacted:email]"'],
    ['{"a":"\\ud83d","b":"bob@x.org"}', '{"a":"\\ud83d","b":"[redacted:email]"}'],
    ['{"a":"{\\"b\\":\\"ann@x.org\\",\\"n\\":1.0}"}', '{"a":"{\\"b\\":\\"[redacted:email]\\",\\"n\\":1.0}"}'],
    [
      '{"a":"{ \\"b\\" : \\"{\\\\\\"c\\\\\\":\\\\\\"ann@x.org\\\\\\"}\\"}"}',
      '{"a":"{ \\"b\\" : \\"{\\\\\\"c\\\\\\":\\\\\\"[redacted:email]\\\\\\"}\\"}"}',
    ],
    [
      '{"__proto__":{"x":"ann@x.org"},"constructor":"b@x.org"}',
      '{"__proto__":{"x":"[redacted:email]"},"constructor":"[redacted:email]"}',
    ],
    ['{"a":"{not json, ann@x.org"}', '{"a":"{not json, [redacted:email]"}'],
    ['not json at all: ann@x.org', 'not json at all: [redacted:email]'],
  ])('%s', async (before, expected) => expect(await redacted(before, EMAIL)).toBe(expected));

  it('take out whole numbers, never a part of one', async () => {
    const text = '{"card":4111111111111111,"other":41111111111111112,"x":[5555555555554444]}';
    expect(await redacted(text, builtIn('card'))).toBe(
      '{"card":"[redacted:card]","other":41111111111111112,"x":["[redacted:card]"]}',
    );
    expect(await redacted(text, builtIn('card', 'drop'))).toBe('{"card":null,"other":41111111111111112,"x":[null]}');
    const own: NewRedactionRule = { kind: 'pattern', name: 'own', target: '1{4,}', action: 'mask' };
    expect(await redacted('{"a":1111,"b":21111,"c":"21111"}', own)).toBe(
      '{"a":"[redacted:own]","b":21111,"c":"2[redacted:own]"}',
    );
  });

  it('that overlap leave nothing of either', async () => {
    const own: NewRedactionRule = { kind: 'pattern', name: 'own', target: 'x.org and [a-z]+', action: 'mask' };
    expect(await redacted('{"a":"ann@x.org and more!"}', EMAIL, own)).toBe('{"a":"[redacted:email]!"}');
  });

  it('hash equal values to equal texts, by the key of the project', async () => {
    const hashed = await redacted('["ann@x.org","ANN@X.ORG","bob@x.org"]', builtIn('email', 'hash'));
    const [ann, upper, bob] = JSON.parse(hashed) as string[];
    expect(ann).toMatch(/^\[redacted:email:[0-9a-f]{24}\]$/);
    expect(upper).toBe(ann);
    expect(bob).not.toBe(ann);
    const other = await tryOut('["ann@x.org"]', [builtIn('email', 'hash')], Buffer.from('another key'));
    expect(other.text).not.toContain(ann);
    const byField = JSON.parse(await redacted('{"p":"ann@x.org"}', field('p', 'hash'))) as { p: string };
    expect(byField.p.slice(-25)).toBe(ann?.slice(-25));
  });

  it('make hashes of ids, so that what is different stays different', async () => {
    const text =
      '{"runId":"ann@x.org","parent":{"span_id":"bob@x.org"},"input":"ann@x.org","data":{"runId":"ann@x.org"}}';
    for (const action of ['mask', 'drop'] as const) {
      const event: unknown = JSON.parse(await redacted(text, builtIn('email', action)));
      const { runId, parent, input, data } = event as Record<string, unknown>;
      expect(runId).toMatch(/^\[redacted:email:/);
      expect((parent as { span_id: string }).span_id).toMatch(/^\[redacted:email:/);
      expect([input, data]).toEqual([action === 'mask' ? '[redacted:email]' : '', { runId: input }]);
    }
    expect(await redacted('{"events":[{"userId":"u","x":"u"}]}', field('userId'), field('x'))).toMatch(
      /^{"events":\[{"userId":"\[redacted:x:[0-9a-f]{24}\]","x":"\[redacted:x\]"}\]}$/,
    );
  });
});

describe('field rules', () => {
  it.each([
    [
      '**.password',
      '{"password":"a","x":[{"Password":{"deep":1}}],"y":"{\\"password\\":7}"}',
      '{"password":"[redacted:x]","x":[{"Password":"[redacted:x]"}],"y":"{\\"password\\":\\"[redacted:x]\\"}"}',
    ],
    [
      '$.messages[*].content',
      '{"messages":[{"content":"a","role":"r"},{"content":["b"]}],"content":1}',
      '{"messages":[{"content":"[redacted:x]","role":"r"},{"content":"[redacted:x]"}],"content":1}',
    ],
    [
      'metadata.ssn',
      '[{"metadata":{"ssn":1,"b":2}},{"metadata":{"ssn":null}}]',
      '[{"metadata":{"ssn":"[redacted:x]","b":2}},{"metadata":{"ssn":null}}]',
    ],
    [
      'metadata.ssn',
      '{"events":[{"metadata":{"ssn":""}},{"metadata":{"ssn":true}}]}',
      '{"events":[{"metadata":{"ssn":""}},{"metadata":{"ssn":"[redacted:x]"}}]}',
    ],
    ['a[1]', '{"a":[1,2,3]}', '{"a":[1,"[redacted:x]",3]}'],
    [
      'a.*.b',
      '{"a":{"c":{"b":1},"d":{"b":2}},"b":3}',
      '{"a":{"c":{"b":"[redacted:x]"},"d":{"b":"[redacted:x]"}},"b":3}',
    ],
    ['$["a b"]["c.d"]', '{"a b":{"c.d":1}}', '{"a b":{"c.d":"[redacted:x]"}}'],
    ['**.a.**.b', '{"x":{"a":{"y":{"b":1}}},"b":2}', '{"x":{"a":{"y":{"b":"[redacted:x]"}}},"b":2}'],
    ['**.type', '{"type":"llm","x":{"type":"t"}}', '{"type":"llm","x":{"type":"[redacted:x]"}}'],
    ['**.__proto__', '{"a":{"__proto__":1}}', '{"a":{"__proto__":"[redacted:x]"}}'],
  ])('%s of %s', async (path, before, expected) => expect(await redacted(before, field(path))).toBe(expected));

  it.each([
    ['{"a":1,"p":2,"b":3}', '{"a":1,"b":3}'],
    ['{"p":2,"b":3}', '{"b":3}'],
    ['{"a":1 , "p" : 2 }', '{"a":1 }'],
    ['{"p":{"x":[1,{"y":2}]}}', '{}'],
    ['{"p":1,"p":2}', '{}'],
    ['{"a":{"c":[]},"p":1,"p":2}', '{"a":{"c":[]}}'],
    ['{"a":"{\\"p\\":1,\\"b\\":2}"}', '{"a":"{\\"b\\":2}"}'],
    ['[{"p":1},{"p":[2]}]', '[{},{}]'],
  ])('drop p from %s', async (before, expected) =>
    expect(await redacted(before, field('**.p', 'drop'))).toBe(expected),
  );

  it('drop an element by a null: the others keep their places', async () =>
    expect(await redacted('{"a":[1,[2],3]}', field('a[*]', 'drop'))).toBe('{"a":[null,null,null]}'));

  it.each([
    '',
    '$',
    '**',
    'a.**',
    'a..b',
    'a b',
    '[x]',
    '["a',
    'a[',
    '.a',
    'a.',
    '$.type',
    'Timestamp',
    'events',
    'x'.repeat(600),
    `${'a.'.repeat(40)}b`,
  ])('refuses the path %j', (path) =>
    expect(readTarget(field(path))).toMatchObject({ ok: false, fault: { message: expect.any(String) } }),
  );
});

describe('any JSON', () => {
  const SEED = Number(process.env.TEST_SEED ?? 5);
  const RULES = [
    EMAIL,
    builtIn('card'),
    builtIn('key', 'hash'),
    builtIn('ipv6', 'drop'),
    field('**.p', 'drop'),
    field('q[*].r'),
  ];
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.string({ unit: 'binary' }),
      fc.constantFrom('ann@x.org', 'see 4111111111111111', '{"p":1,"q":[{"r":"a@b.de"}]}', '\ud83d', '[[["a@b.de"]]]'),
      fc.double(),
      fc.constantFrom(null, true, 4111111111111111),
      fc.array(tie('value')),
      fc.dictionary(fc.constantFrom('a', 'p', 'q', 'r', 'runId', 'events', '__proto__', 'ann@x.org'), tie('value')),
    ),
  })).value;

  it('stays JSON, without what was looked for, and a second time nothing changes', async () => {
    await fc.assert(
      fc.asyncProperty(json, fc.constantFrom(undefined, 1, '\t'), async (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (text === undefined) return;
        const once = await redacted(text, ...RULES);
        JSON.parse(once);
        for (const secret of ['ann@x.org', '4111111111111111', 'a@b.de']) expect(once).not.toContain(secret);
        expect(await redacted(once, ...RULES)).toBe(once);
        // Nothing to find: the same text, to the byte.
        const without = text.replace(/[@\d:]/g, '');
        expect(await redacted(without, EMAIL, builtIn('card'), field('nothing.of.this'))).toBe(without);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('may be as deep as it likes, also in a string', async () => {
    const deep = `${'['.repeat(50_000)}"ann@x.org"${']'.repeat(50_000)}`;
    expect(await redacted(`{"a":${JSON.stringify(deep)}}`, EMAIL, field('**.p'))).not.toContain('ann@x.org');
    let inside = '"ann@x.org"';
    for (let i = 0; i < 12; i += 1) inside = JSON.stringify(`[${inside}]`);
    expect(await redacted(`[${inside}]`, EMAIL)).not.toContain('ann@x.org');
  });
});

describe('a request', () => {
  const projectId = newProjectId();
  const route = { kind: 'events', loggedHeaders: ['idempotency-key'] } as unknown as EventRoute;
  const redaction = (...rules: NewRedactionRule[]) => {
    const kept: RedactionRule[] = rules.map((rule, i) => ({ ...rule, id: String(i), createdAt: '' }));
    return new Redaction({ rules: () => kept, hashKey: () => KEY });
  };
  const request = (text: string) => ({
    head: {
      method: 'POST',
      params: { id: 'ann@x.org', type: 'ann@x.org' },
      query: new URLSearchParams('mail=ann@x.org&password=p&b=%2B'),
      headers: { 'idempotency-key': 'ann@x.org', 'user-agent': 'me (ann@x.org)', authorization: 'Bearer ann@x.org' },
    },
    text,
    receivedAt: 1,
  });

  it('is the very same without rules', async () => {
    const [sent, body] = [request('{"a":"ann@x.org"}'), Buffer.from('x')];
    const answer = await redaction().apply(projectId, route, sent, body);
    expect(answer.ok && answer.value.request === sent && answer.value.body === body).toBe(true);
  });

  it('has no secret in its body, its path, its query and the headers that are logged', async () => {
    const sent = request('{"a":"ann@x.org"}');
    const answer = await redaction(EMAIL, field('**.password')).apply(projectId, route, sent, Buffer.from(sent.text));
    if (!answer.ok) throw new Error(answer.fault.message);
    const { head, text } = answer.value.request;
    expect([text, answer.value.body.toString()]).toEqual(Array(2).fill('{"a":"[redacted:email]"}'));
    const { authorization: _, ...logged } = head.headers;
    expect(JSON.stringify([head.params, head.query.toString(), logged])).not.toMatch(/ann|=p\b/);
    expect(head.params.id).toMatch(/^\[redacted:email:[0-9a-f]{24}\]$/);
    expect([head.query.get('mail'), head.query.get('b')]).toEqual(['[redacted:email]', '+']);
  });

  it('that is no JSON is answered as it came, and not logged', async () => {
    const sent = request('{"a":"ann@x.org"');
    const answer = await redaction(EMAIL).apply(projectId, route, sent, Buffer.from(sent.text));
    expect(answer).toMatchObject({ ok: true, value: { request: { text: sent.text }, body: Buffer.alloc(0) } });
  });

  it('that grows too large is refused', async () => {
    const text = `[${Array(400_000).fill('"a@b.cd"').join(',')}]`;
    const longName = { ...EMAIL, name: 'x'.repeat(40) };
    const answer = await redaction(longName).apply(projectId, route, request(text), Buffer.from(text));
    expect(answer).toMatchObject({ ok: false, fault: { code: 'too-large' } });
  });

  it('lets others work in between', { timeout: 60_000 }, async () => {
    const text = JSON.stringify({
      a: 'customer lorem ipsum '.repeat(50_000),
      b: Array(1000).fill('customer x '.repeat(100)),
    });
    const own: NewRedactionRule = {
      kind: 'pattern',
      name: 'own',
      target: '(?i)customer\\s+[a-z]+\\d+',
      action: 'mask',
    };
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await redaction(own).apply(projectId, route, request(text), Buffer.from(text));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});
