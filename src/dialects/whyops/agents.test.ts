import { describe, expect, it } from 'vitest';
import type { Agent, AgentVersion, Directory, NewAgentVersion, Reply } from '../dialect.ts';
import { hashOf, registerAgent, versionContent } from './agents.ts';
import { directoryWith } from './testing.ts';

const VALID = { agentName: 'ag', metadata: { systemPrompt: 'You are helpful.', tools: [] } };
/** `protocols/whyops.md` 5.1, computed with the vendor's schema library. */
const VENDOR_HASH = 'dc2786339467f8d3b43d1fade52510f6';

/** Only what registration asks for; versions are found by name, as the registry does. */
function directory(): Directory & { versions: NewAgentVersion[] } {
  const versions: NewAgentVersion[] = [];
  const names: string[] = [];
  const base = { description: null, createdAt: '2026-01-01T00:00:00.000000Z', deprecatedAt: null };
  const known = directoryWith({
    ensureAgent: async (name): Promise<Agent> => {
      const created = !names.includes(name);
      if (created) names.push(name);
      return { ...base, id: `agent-${name}`, name, number: names.indexOf(name) + 1, created };
    },
    ensureAgentVersion: async (_agent, version): Promise<AgentVersion> => {
      const created = versions.every(({ name }) => name !== version.name);
      if (created) versions.push(version);
      const { name, content = null } = version;
      return { ...base, id: `version-${name}`, name, number: versions.length, created, content };
    },
  });
  return { ...known, versions };
}

function register(body: unknown, known = directory()): Promise<Reply> {
  return registerAgent(typeof body === 'string' ? body : JSON.stringify(body), known);
}

describe('registration', () => {
  it('answers 201 for a new version and 200 for a known one', async () => {
    const known = directory();
    const ids = { success: true, agentId: 'agent-ag', agentVersionId: `version-${VENDOR_HASH}` };
    expect(await register(VALID, known)).toEqual({
      status: 201,
      body: { ...ids, status: 'created', versionHash: VENDOR_HASH },
    });
    expect(await register(VALID, known)).toEqual({
      status: 200,
      body: { ...ids, status: 'existing', versionHash: VENDOR_HASH },
    });
    expect(known.versions).toEqual([{ name: VENDOR_HASH, content: '{"systemPrompt":"You are helpful.","tools":[]}' }]);
  });

  it('going back to an older version is not an error', async () => {
    const known = directory();
    await register(VALID, known);
    await register({ agentName: 'ag', metadata: { systemPrompt: 'other', tools: [] } }, known);
    expect(await register(VALID, known)).toMatchObject({ status: 200, body: { status: 'existing' } });
  });

  it('an agent removed in between is worth another try', async () => {
    const reply = await register(VALID, { ...directory(), ensureAgentVersion: async () => undefined });
    expect(reply).toMatchObject({ status: 503, body: { success: false } });
  });
});

describe('version hash', () => {
  it('does not depend on key order or unknown fields', () => {
    const content = versionContent({
      metadata: {
        extra: 1,
        description: 'd',
        tools: [{ description: 't', x: 1, outputSchema: 'o', inputSchema: 'i', name: 'n' }],
        systemPrompt: 's',
      },
    });
    expect(content).toBe(
      '{"systemPrompt":"s","tools":[{"name":"n","inputSchema":"i","outputSchema":"o","description":"t"}],"description":"d"}',
    );
    expect(hashOf(content)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps an empty description, which the Go SDK always sends', () => {
    expect(versionContent({ metadata: { systemPrompt: 's', tools: [], description: '' } })).toBe(
      '{"systemPrompt":"s","tools":[],"description":""}',
    );
  });

  it('depends on the order of tools', () => {
    const hash = (names: string[]) =>
      hashOf(versionContent({ metadata: { systemPrompt: 's', tools: names.map((name) => ({ name })) } }));
    expect(hash(['a', 'b'])).not.toBe(hash(['b', 'a']));
  });
});

describe('accepts what the SDKs’ types allow', () => {
  it.each([
    ['no tools', { systemPrompt: 's' }],
    ['null tools', { systemPrompt: 's', tools: null, description: null }],
    ['tools with a name only', { systemPrompt: 's', tools: [{ name: 't' }] }],
    [
      'schemas as objects',
      { systemPrompt: 's', tools: [{ name: 't', inputSchema: { type: 'object' }, description: null }] },
    ],
  ])('%s', async (_name, metadata) => {
    expect(await register({ agentName: 'ag', metadata })).toMatchObject({ status: 201 });
  });
});

describe('refuses as the vendor does', () => {
  it.each([
    ['no fields', {}, [['agentName'], ['metadata']]],
    ['a list', [], [[]]],
    ['an empty name', { ...VALID, agentName: '' }, [['agentName']]],
    ['a long name', { ...VALID, agentName: 'a'.repeat(256) }, [['agentName']]],
    ['no prompt', { agentName: 'ag', metadata: { tools: [] } }, [['metadata', 'systemPrompt']]],
    ['an empty prompt', { agentName: 'ag', metadata: { systemPrompt: '' } }, [['metadata', 'systemPrompt']]],
    [
      'tools that are no list',
      { agentName: 'ag', metadata: { systemPrompt: 's', tools: {} } },
      [['metadata', 'tools']],
    ],
    [
      'a tool without name, and one that is none',
      { agentName: 'ag', metadata: { systemPrompt: 's', tools: [{}, 'x'] } },
      [
        ['metadata', 'tools', 0, 'name'],
        ['metadata', 'tools', 1],
      ],
    ],
    [
      'a description that is no text',
      { agentName: 'ag', metadata: { systemPrompt: 's', description: 1 } },
      [['metadata', 'description']],
    ],
  ])('%s', async (_name, body, paths) => {
    const reply = await register(body);
    expect(reply).toMatchObject({ status: 400, body: { success: false, error: { name: 'ZodError' } } });
    expect(reply.body).toMatchObject({ error: { issues: paths.map((path) => ({ path })) } });
  });

  it('text that is not JSON', async () => {
    expect(await register('{')).toMatchObject({ status: 400, body: { success: false, error: expect.any(String) } });
  });
});
