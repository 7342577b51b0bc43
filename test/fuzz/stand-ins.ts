/** A project in memory, for routes that read: some spans, some events, some people, some agents. */

import type { ProjectId } from '../../src/canonical/ids.ts';
import type { Agent, AgentVersion, Directory, Person } from '../../src/dialects/dialect.ts';
import { fakeReader, readSpan } from '../../src/dialects/lunary/fake-reader.ts';
import type { Reader } from '../../src/dialects/reader.ts';
import { readEvent, readerOf } from '../../src/dialects/whyops/testing.ts';
import type { PriceBook } from '../../src/pricing/price.ts';
import { tablePrices } from '../../src/pricing/price-table.ts';
import { HOSTILE_IDS } from '../support/hostile.ts';

/** A key's project has this shape; the type is a brand. */
export const PROJECT = '7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e' as ProjectId;
export const RECEIVED_AT = Date.UTC(2026, 0, 31, 9, 30) * 1000;
const CREATED = { createdAt: '2026-01-01T00:00:00.000Z', created: false };
const NAMES: readonly string[] = [
  'support',
  'ada',
  'Ünï agent 100%',
  ...HOSTILE_IDS.slice(0, 20).map((id) => String(JSON.parse(id))),
];

const spans = NAMES.flatMap((name, i) => [
  readSpan({
    spanId: name,
    traceId: name,
    kind: 'llm',
    name,
    model: 'gpt-4o',
    userId: name,
    sessionId: name,
    agentName: name,
  }),
  readSpan({
    ...{
      spanId: `${name}-2`,
      traceId: name,
      parentSpanId: name,
      kind: i % 2 === 0 ? 'tool' : 'message',
      name,
      tags: [name, 'a'],
    },
    ...{ metadata: { [name]: name, n: i }, feedback: { thumb: 'up' }, output: { role: 'assistant', content: name } },
    ...{
      usage: {
        inputTokens: i,
        outputTokens: 1,
        cacheReadTokens: null,
        cacheWriteTokens: null,
        reasoningTokens: 2,
        totalTokens: i + 1,
      },
    },
  }),
]);
const events = NAMES.map((name, i) =>
  readEvent(i + 1, {
    eventId: name,
    traceId: NAMES[i % 3] ?? '',
    spanId: name,
    payload: { content: name, metadata: { model: name } },
  }),
);

export const READER: Reader = { ...fakeReader(spans), events: readerOf(events).events };

const agentOf = (name: string): Agent => ({
  id: `agent-${name}`,
  name,
  description: null,
  number: 1,
  deprecatedAt: null,
  ...CREATED,
});
const versionOf = (name: string): AgentVersion => ({ ...agentOf(name), content: '{"systemPrompt":"x","tools":[]}' });
const personOf = (id: string): Person => ({ id, properties: { name: id }, ...CREATED });
const known = <T>(name: string, make: (name: string) => T) => (NAMES.includes(name) ? make(name) : undefined);

/** Knows the same names, and takes whatever it is told. */
export const DIRECTORY: Directory = {
  ensureFingerprint: async () => ({ id: 'fingerprint' }),
  hasFingerprint: async (id) => id.length % 2 === 0,
  ensurePerson: async (id, properties) => ({ ...personOf(id), properties: properties ?? null }),
  getPerson: async (id) => known(id, personOf),
  updatePerson: async (id, properties) => known(id, (name) => ({ ...personOf(name), properties })),
  ensureAgent: async (name) => agentOf(name),
  getAgent: async (name) => known(name, agentOf),
  ensureAgentVersion: async (agent, { name }) => known(agent, () => versionOf(name)),
  getAgentVersion: async (agent, version) => known(agent, () => known(version, versionOf)),
  currentAgentVersion: (name) => known(name, () => 'v1'),
  listAgents: async () => NAMES.map(agentOf),
  listAgentVersions: async (name) => (NAMES.includes(name) ? [versionOf('v1'), versionOf('v2')] : []),
  listPeople: async ({ limit, offset }) => ({
    people: NAMES.map(personOf).slice(offset, offset + limit),
    total: NAMES.length,
  }),
  people: async (ids) => ids.flatMap((id) => known(id, personOf) ?? []),
  settings: async () => ({ strictAgentVersions: false }) as Awaited<ReturnType<Directory['settings']>>,
  samplingRates: async () => new Map([['support', 0.5]]),
  setSamplingRate: async () => undefined,
  settled: async () => undefined,
};

/** The published table alone. */
export const PRICES: PriceBook = {
  revision: 1,
  find: ({ model, provider }) => tablePrices(model, provider).at(-1)?.price,
};
