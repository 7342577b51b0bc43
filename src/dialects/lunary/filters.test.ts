/** The filter grammar of protocols/lunary.md 3.2, as the vendor's own serializer writes it. */

import { describe, expect, it } from 'vitest';
import { filterPartsMax } from '../../limits.ts';
import { get, person, readSpan, type World } from './fake-reader.ts';
import { vendorUuid } from './ids.ts';
import { numberOf } from './people.ts';

/** The vendor's serializer: everything encoded, dots too, and lists twice. */
const once = (text: string) => encodeURIComponent(text).replaceAll('.', '%2E');
const list = (...texts: string[]) => texts.map((text) => once(once(text))).join(',');

const usage = {
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
};
const at = (minute: number) => ({ startTime: `2026-01-31T09:${String(minute).padStart(2, '0')}:00.000000Z` });
const WORLD: World = {
  people: [person('ada', { plan: 'pro.v2', name: 'Ada' }), person('bob', { plan: 'free' })],
  spans: [
    readSpan({
      spanId: 'mini',
      ...at(1),
      model: 'gpt-4.1,mini',
      tags: ['a'],
      userId: 'ada',
      usage: { ...usage, totalTokens: 15 },
    }),
    readSpan({
      spanId: 'full',
      ...at(2),
      tags: ['b.c'],
      userId: 'bob',
      status: 'error',
      costUsd: 0.25,
      durationMs: 9000,
    }),
    readSpan({
      spanId: 'liked',
      ...at(3),
      feedback: { thumb: 'up', comment: 'x' },
      metadata: { 'k.1': 'v.2', templateId: '7' },
    }),
    readSpan({
      spanId: 'old',
      ...at(0),
      tags: ['a'],
      metadata: { 'tributary.tag.a': false, 'tributary.tag.new': true },
    }),
    readSpan({
      ...{ spanId: 'agent', ...at(4), kind: 'agent', name: 'A', input: { q: 'weather in Paris' } },
      metadata: { 'tributary.uuid': vendorUuid('agent') },
    }),
    readSpan({ spanId: 'nested', ...at(5), kind: 'agent', name: 'B', parentSpanId: 'agent', traceId: 'agent' }),
    readSpan({ spanId: 'tool', ...at(6), kind: 'tool', name: 'search', parentSpanId: 'agent', traceId: 'agent' }),
    readSpan({ spanId: 'chain', ...at(7), kind: 'chain', name: 'C' }),
    readSpan({
      spanId: 'th',
      ...at(8),
      kind: 'chain',
      name: null,
      sessionId: 'th',
      metadata: { 'tributary.type': 'thread' },
    }),
    readSpan({ spanId: 'said', ...at(9), kind: 'message', name: 'user', input: 'Hi', sessionId: 'th' }),
    readSpan({ spanId: 'asked', ...at(10), kind: 'agent', name: 'D', parentSpanId: 'said', traceId: 'said' }),
    readSpan({
      spanId: 'click',
      ...at(11),
      kind: 'event',
      name: 'click',
      sessionId: 'th',
      metadata: { 'tributary.type': 'custom-event' },
    }),
    readSpan({ spanId: 'embed', ...at(12), kind: 'embedding', name: 'e' }),
    readSpan({ spanId: 'odd', ...at(13), kind: 'event', name: 'x', metadata: { 'tributary.type': 'banana' } }),
  ],
};
const IDS = new Map(WORLD.spans?.map(({ spanId }) => [vendorUuid(spanId), spanId]));

async function found(query: string): Promise<(string | undefined)[]> {
  const { status, body } = await get(`/v1/runs?${query}`, WORLD);
  expect(status).toBe(200);
  const { data, total } = body as { data: { id: string }[]; total: number };
  expect(total).toBe(data.length);
  expect((await get(`/v1/runs/count?${query}`, WORLD)).body).toBe(total);
  return data.map(({ id }) => IDS.get(id));
}

const LLM = ['liked', 'full', 'mini', 'old'];

describe('filters', () => {
  it.each([
    ['', LLM],
    ['type=llm', LLM],
    ['type=agent', ['asked', 'nested', 'agent']],
    ['type=chain', ['chain']],
    ['type=tool', ['tool']],
    ['type=embed', ['embed']],
    ['type=chat', ['said']],
    ['type=custom-event', ['click']],
    ['type=banana', ['odd']],
    ['type=nothing', []],
    // Agents and chains at the top, or under a message; the thread's own run is none.
    ['type=trace', ['asked', 'chain', 'agent']],
    ['type=thread', ['th']],
    ['type=llm&unknown=x&minDuration=5', LLM],
    [`models=${list('gpt-4.1,mini')}`, ['mini']],
    [`models=${list('gpt-4.1,mini', 'gpt-4o')}&type=llm`, LLM],
    ['models=gpt-4o', ['liked', 'full', 'old']],
    [`tags=${list('a')}`, ['mini']],
    [`tags=${list('b.c', 'new')}`, ['full', 'old']],
    ['status=error', ['full']],
    ['status=success&type=tool', ['tool']],
    ['status=bogus', []],
    [`users=${list('ada')}`, ['mini']],
    [`users=${numberOf('ada')},${numberOf('bob')}`, ['full', 'mini']],
    ['users=42', []],
    ['search=paris%20weather', ['agent']],
    [`metadata=${once('k.1')}.${once('v.2')}`, ['liked']],
    ['metadata=templateId.7', ['liked']],
    ['metadata=templateId', LLM],
    [`user-props=plan.${once('pro.v2')}`, ['mini']],
    ['user-props=plan.none', []],
    [`feedback=${list('{"thumb":"up"}')}`, ['liked']],
    [`feedback=${list('{"thumb":"down"}', '{"comment":""}')}`, ['liked']],
    [`feedback=${list('{"thumb":null}')}&type=llm`, ['full', 'mini', 'old']],
    ['feedback=nonsense', LLM],
    [`date=gt.${once('2026-01-31T09:02:00.000Z')}&type=llm`, ['liked']],
    [`date=lt.${once('2026-01-31T10:01:00.000+01:00')}&type=llm`, ['old']],
    ['date=gt.yesterday', LLM],
    [`duration=gte.${once('8.5')}`, ['full']],
    [`cost=gt.${once('0.2')}`, ['full']],
    ['cost=gt', LLM],
    ['cost=about.1', LLM],
    ['tokens=total.eq.15', ['mini']],
    ['tokens=prompt.lte.10', ['mini']],
    ['tokens=other.lte.10', LLM],
    ['templates=7,8', ['liked']],
    ['tools=search', ['tool']],
    ['custom-events=click', ['click']],
    [`languages=input.${list('en')}`, []],
    ['toxicity=input.toxicity', []],
    ['models=gpt-4o&status=error', ['full']],
    ['OR&status=error&tools=search', ['tool', 'full']],
    ['status=error&tools=search', []],
    ['type=', LLM],
    ['__proto__=x&constructor=y&toString=z', LLM],
    ['type=__proto__', []],
    ['status=constructor', []],
    ['tokens=constructor.gt.1', LLM],
  ])('%s', async (query, ids) => {
    expect(await found(query)).toEqual(ids);
  });
});

describe('a list', () => {
  const data = async (query: string) => (await get(`/v1/runs?${query}`, WORLD)).body as { data: { id: string }[] };

  it('is cut into pages that count from 0, and bounded', async () => {
    expect(await data('limit=2&page=1')).toMatchObject({ page: 1, limit: 2, total: 4, data: [{}, {}] });
    expect(await data('limit=1000000')).toMatchObject({ page: 0, limit: 1000 });
    expect(await data('limit=0')).toMatchObject({ limit: 0, data: [] });
  });

  it.each(['limit=x', 'limit=-1', 'page=1.5', 'page=999999999'])('%s is refused', async (query) => {
    expect(await get(`/v1/runs?${query}`, WORLD)).toMatchObject({
      status: 422,
      body: { error: 'Error', message: expect.stringMatching(/^Validation error: .* at "(limit|page)"$/) },
    });
  });

  it.each([
    `tags=${'a,'.repeat(filterPartsMax)}`,
    `tags=${'a%252C'.repeat(filterPartsMax)}`,
    `metadata=a${'.b'.repeat(filterPartsMax)}`,
    `checks=${encodeURIComponent(`users=${'1,'.repeat(filterPartsMax)}`)}`,
    'status=ok&'.repeat(filterPartsMax + 1),
  ])('%.20s… has too many parts', async (query) => {
    const message = `Validation error: Filters may have at most ${filterPartsMax} parts, all together`;
    expect(await get(`/v1/runs?${query}`, WORLD)).toMatchObject({ status: 422, body: { message } });
  });

  it('takes a long search, and as many parts as are allowed', async () => {
    for (const query of [`search=${'a.b,c '.repeat(1000)}`, `tags=${list(...Array<string>(filterPartsMax).fill('a'))}`])
      expect(await get(`/v1/runs?${query}`, WORLD)).toMatchObject({ status: 200 });
  });

  it.each([
    ['sortField=cost&sortDirection=desc', 'full'],
    ['sortField=createdAt', 'old'],
    ['sortField=duration&sortDirection=desc', 'full'],
    ['sortField=tokens', 'mini'],
    ['sortField=__proto__', 'liked'],
  ])('%s', async (query, first) => {
    expect(IDS.get((await data(query)).data[0]?.id ?? '')).toBe(first);
  });

  it('of what is below a run or in a thread, by any of its ids', async () => {
    expect(await found('parentRunId=agent')).toEqual(['tool', 'nested']);
    expect(await found(`parentRunId=${vendorUuid('agent')}`)).toEqual(['tool', 'nested']);
    expect(await found('parentRunId=th')).toEqual(['click', 'said']);
    expect(await found('parentRunId=agent&type=tool')).toEqual(['tool']);
    expect(await found('parentRunId=nobody')).toEqual([]);
  });
});
