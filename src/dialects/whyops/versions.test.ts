import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../canonical/outcome.ts';
import type { RequestHead } from '../dialect.ts';
import type { Tally } from '../reader.ts';
import { directoryWith, readerWith, request } from './testing.ts';
import { loggedVersions, stampVersions } from './versions.ts';

const CURRENT: Readonly<Record<string, string>> = { support: 'v2', billing: 'b1' };

function event(agentName: string, traceId = 't') {
  return { eventType: 'error', traceId, agentName };
}

/** What is stored of a trace, the earliest first. */
type Stored = readonly [traceId: string, agentName: string, version: string | null];

function stamp(
  events: readonly object[],
  {
    isStrict = false,
    stored = [],
    headers = {},
  }: { isStrict?: boolean; stored?: Stored[]; headers?: Record<string, string> } = {},
): Promise<Outcome<RequestHead>> {
  const directory = directoryWith({
    currentAgentVersion: (name) => (Object.hasOwn(CURRENT, name) ? CURRENT[name] : undefined),
    settings: async () => ({ strictAgentVersions: isStrict, retentionDays: 'default' }),
  });
  const reader = readerWith({
    tally: async ({ where, offset }) => {
      expect(isStrict).toBe(true);
      const ids = 'in' in where ? where.in : [];
      const groups = stored.filter(([traceId]) => ids.includes(traceId)).map(tally);
      return { groups: groups.slice(offset), total: groups.length };
    },
  });
  const items = events.map((value) => ({ ok: true, value: { ...value } }) as const);
  return stampVersions(request(events, headers), items, { directory, reader });
}

function tally(group: Stored): Tally {
  const tokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, totalTokens: 0 };
  const seen = { firstSeen: '', lastSeen: '' };
  return { group, count: 1, errors: 0, ...tokens, costUsd: null, durationMs: null, users: 0, traces: 1, ...seen };
}

async function versionsOf(outcome: Promise<Outcome<RequestHead>>): Promise<object> {
  const admitted = await outcome;
  if (!admitted.ok) throw new Error(admitted.fault.message);
  return Object.fromEntries(loggedVersions(admitted.value));
}

describe('the versions of a request', () => {
  it('are those of its agents at that moment, none for agents that were never registered', async () => {
    expect(await versionsOf(stamp([event('support'), event('new'), event('billing')]))).toEqual(CURRENT);
    expect(await versionsOf(stamp([event('new')]))).toEqual({});
  });

  it('are never what the client claims', async () => {
    const headers = { 'x-tributary-agent-versions': '{"new":"forged","support":"forged"}' };
    expect(await versionsOf(stamp([event('support')], { headers }))).toEqual({ support: 'v2' });
    expect(await versionsOf(stamp([event('new')], { headers }))).toEqual({});
  });

  it('keep names that mean something to JavaScript apart', async () => {
    expect(await versionsOf(stamp([event('__proto__'), event('constructor')]))).toEqual({});
  });
});

describe('a trace of several agents or versions', () => {
  const stored: Stored[] = [['t', 'support', 'v1']];

  it('is no conflict unless the project asks for one', async () => {
    expect(await stamp([event('billing'), event('support')], { stored })).toMatchObject({ ok: true });
  });

  it.each([
    ['another version of the agent', [event('support')], stored],
    ['another agent', [event('billing')], stored],
    ['two agents in one request', [event('support', 'new'), event('billing', 'new')], []],
    ['one of many traces', [event('support', 'fine'), event('support')], stored],
    [
      'the version that came after none',
      [event('support')],
      [
        ['t', 'support', null],
        ['t', 'support', 'v1'],
      ] as Stored[],
    ],
  ])('is a conflict in a strict project: %s', async (_name, events, known) => {
    expect(await stamp(events, { isStrict: true, stored: known })).toMatchObject({
      ok: false,
      fault: { code: 'conflict' },
    });
  });

  it.each([
    ['the same agent and version', [event('support')], [['t', 'support', 'v2']] as Stored[]],
    ['a trace whose agent had no version yet', [event('support')], [['t', 'support', null]] as Stored[]],
    ['other traces', [event('billing', 'other')], stored],
    ['a new trace', [event('support', 'new'), event('support', 'new')], stored],
    ['agents without versions', [event('new', 'new')], stored],
  ])('is none in a strict project: %s', async (_name, events, known) => {
    expect(await stamp(events, { isStrict: true, stored: known })).toMatchObject({ ok: true });
  });
});
