/** What every registry must do. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { Directory } from '../dialects/dialect.ts';
import type { Registry } from './registry.ts';

export function describeRegistry(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`registry contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    let a: ProjectId;
    let b: ProjectId;
    const directory = (id: ProjectId): Directory => registry.directory(id, async () => undefined);
    beforeAll(async () => {
      subject = await make();
      registry = await subject.open();
      a = (await registry.createProject('a')).id;
      b = (await registry.createProject('b')).id;
    });
    afterAll(async () => {
      await registry.close();
      await subject.dispose();
    });

    it('knows a key by its secret alone, until it is revoked, also after a restart', async () => {
      const { key, secret } = await registry.createKey(a, 'k', ['ingest', 'read']);
      expect(registry.authenticate(secret)).toMatchObject({ projectId: a, scopes: ['ingest', 'read'] });
      expect(registry.authenticate(`${secret}x`)).toBeUndefined();
      expect(JSON.stringify(await registry.listKeys(a))).not.toContain(secret);
      const again = await subject.open();
      expect(again.authenticate(secret)?.projectId).toBe(a);
      await again.close();
      expect(await registry.revokeKey(b, key.id)).toBe(false);
      expect(await registry.revokeKey(a, key.id)).toBe(true);
      expect(registry.authenticate(secret)).toBeUndefined();
    });

    it('imports a vendor key once, and never one that another project uses', async () => {
      expect(await registry.importKey(a, 'wf_secret', 'weflayr', ['ingest'])).toMatchObject({ projectId: a });
      expect(await registry.importKey(a, 'wf_secret', 'weflayr again', ['ingest', 'read'])).toMatchObject({
        name: 'weflayr again',
      });
      expect(registry.authenticate('wf_secret')?.scopes).toEqual(['ingest', 'read']);
      expect(await registry.importKey(b, 'wf_secret', 'thief', ['ingest'])).toBeUndefined();
      expect(registry.authenticate('wf_secret')?.projectId).toBe(a);
    });

    it("takes no other project's id as a key: that id is public and works as one", async () => {
      expect(await registry.importKey(a, b, 'thief', ['ingest'])).toBeUndefined();
      expect(await registry.importKey(a, b.toUpperCase(), 'thief', ['ingest'])).toBeUndefined();
      expect(await registry.importKey(b, b, 'own', ['ingest'])).toMatchObject({ projectId: b });
    });

    it('compares UUID-shaped secrets without regard to case', async () => {
      await registry.importKey(a, '1111AAAA-1111-4111-8111-111111111111', 'lunary', ['ingest']);
      expect(registry.authenticate('1111aaaa-1111-4111-8111-111111111111')?.projectId).toBe(a);
    });

    it('numbers agents and versions from 1, once per name, under concurrency', async () => {
      const names = Array.from({ length: 40 }, (_, i) => `agent ${i % 10}`);
      const made = await Promise.all(names.map((agent) => directory(a).ensureAgent(agent)));
      expect(made.filter((agent) => agent.created)).toHaveLength(10);
      expect(new Set(made.map((agent) => agent.number))).toEqual(new Set(Array.from({ length: 10 }, (_, i) => i + 1)));
      const versions = await Promise.all(
        ['v1', 'v2', 'v1'].map((v) => directory(a).ensureAgentVersion('agent 0', { name: v })),
      );
      expect(versions.map((v) => v?.number)).toEqual([1, 2, 1]);
      expect((await directory(a).ensureAgentVersion('agent 1', { name: 'v1' }))?.number).toBe(1);
      expect(await directory(a).ensureAgentVersion('nobody', { name: 'v1' })).toBeUndefined();
      expect((await directory(b).ensureAgent('agent 0')).number).toBe(1);
      expect(await directory(b).getAgent('agent 1')).toBeUndefined();
    });

    it('takes a description that comes after the name, and keeps the first one', async () => {
      await directory(a).ensureAgent('named first');
      expect(await directory(a).ensureAgent('named first', 'described')).toMatchObject({
        created: false,
        description: 'described',
      });
      expect(await directory(a).ensureAgent('named first', 'again')).toMatchObject({ description: 'described' });
      await directory(a).ensureAgentVersion('named first', { name: 'v' });
      expect(await directory(a).ensureAgentVersion('named first', { name: 'v', description: 'd' })).toMatchObject({
        description: 'd',
      });
    });

    it('keeps people: creating is not updating, updating replaces', async () => {
      const people = directory(a);
      expect(await people.ensurePerson('u', { plan: 'pro' })).toMatchObject({
        created: true,
        properties: { plan: 'pro' },
      });
      expect(await people.ensurePerson('u', { plan: 'free' })).toMatchObject({
        created: false,
        properties: { plan: 'pro' },
      });
      expect(await people.updatePerson('u', { org: 'acme' })).toMatchObject({ properties: { org: 'acme' } });
      expect(await people.updatePerson('nobody', {})).toBeUndefined();
      expect(await directory(b).getPerson('u')).toBeUndefined();
    });

    it('lists people newest first, finds them by id and by property, and by many ids at once', async () => {
      const { id: c } = await registry.createProject('people');
      const people = directory(c);
      for (const name of ['ann', 'bob', 'Cara_%'])
        await people.ensurePerson(name, { city: name === 'bob' ? 'Oslo 50%' : 'Rome' });
      await people.ensurePerson('plain');
      const list = async (search?: string, limit = 10, offset = 0) => {
        const page = await people.listPeople({ limit, offset, ...(search !== undefined && { search }) });
        return [page.people.map((person) => person.id), page.total];
      };
      expect(await list()).toEqual([['plain', 'Cara_%', 'bob', 'ann'], 4]);
      expect(await list(undefined, 2, 1)).toEqual([['Cara_%', 'bob'], 4]);
      expect(await list('ROME')).toEqual([['Cara_%', 'ann'], 2]);
      expect(await list('a_%')).toEqual([['Cara_%'], 1]);
      expect(await list('50%')).toEqual([['bob'], 1]);
      expect(await list('nobody')).toEqual([[], 0]);
      expect((await people.people(['bob', 'nobody', 'ann', 'bob'])).map((person) => person.id)).toEqual(['bob', 'ann']);
      expect(await directory(a).people(['bob'])).toEqual([]);
      const many = Array.from({ length: 3000 }, (_, i) => `nobody ${i}`);
      expect((await people.people([...many, 'ann'])).map((person) => person.properties)).toEqual([{ city: 'Rome' }]);
    });

    it('knows which version was registered last, also an older one again, also after a restart', async () => {
      const agents = directory(a);
      await agents.ensureAgent('changing');
      expect(agents.currentAgentVersion('changing')).toBeUndefined();
      await agents.ensureAgentVersion('changing', { name: 'v1', content: '{"prompt":1}' });
      await agents.ensureAgentVersion('changing', { name: 'v2', content: '{"prompt":2}' });
      expect(directory(a).currentAgentVersion('changing')).toBe('v2');
      expect(await agents.ensureAgentVersion('changing', { name: 'v1', content: '{"prompt":1}' })).toMatchObject({
        created: false,
        number: 1,
        content: '{"prompt":1}',
      });
      expect(directory(a).currentAgentVersion('changing')).toBe('v1');
      // Events name versions, too; that registers nothing.
      await registry.ensureMentioned([{ projectId: a, agent: { name: 'changing', version: 'v3' } }]);
      expect(directory(a).currentAgentVersion('changing')).toBe('v1');
      expect(directory(b).currentAgentVersion('changing')).toBeUndefined();
      const again = await subject.open();
      expect(again.directory(a, async () => undefined).currentAgentVersion('changing')).toBe('v1');
      await again.close();
    });

    it('keeps the content that a version was registered with, also when an event named it first', async () => {
      const agents = directory(a);
      await registry.ensureMentioned([{ projectId: a, agent: { name: 'content', version: 'v' } }]);
      expect(await agents.getAgentVersion('content', 'v')).toMatchObject({ content: null });
      await agents.ensureAgentVersion('content', { name: 'v', content: 'first' });
      await agents.ensureAgentVersion('content', { name: 'v', content: 'second' });
      expect(await agents.getAgentVersion('content', 'v')).toMatchObject({ content: 'first' });
    });

    it('lists agents and their versions by number', async () => {
      const { id: c } = await registry.createProject('agents');
      const agents = directory(c);
      for (const name of ['z', 'y', 'x']) await agents.ensureAgent(name);
      for (const name of ['2', '1']) await agents.ensureAgentVersion('y', { name });
      expect((await agents.listAgents()).map((agent) => [agent.name, agent.number])).toEqual([
        ['z', 1],
        ['y', 2],
        ['x', 3],
      ]);
      expect((await agents.listAgentVersions('y')).map((version) => version.name)).toEqual(['2', '1']);
      expect(await agents.listAgentVersions('nobody')).toEqual([]);
      expect(await directory(b).listAgentVersions('y')).toEqual([]);
    });

    it('keeps settings per project', async () => {
      expect(await registry.settings(a)).toEqual({ strictAgentVersions: false, retentionDays: 'default' });
      expect(await registry.changeSettings(a, { strictAgentVersions: true })).toEqual({
        strictAgentVersions: true,
        retentionDays: 'default',
      });
      expect(await registry.changeSettings(a, {})).toEqual({ strictAgentVersions: true, retentionDays: 'default' });
      expect(await directory(a).settings()).toEqual({ strictAgentVersions: true, retentionDays: 'default' });
      expect(await directory(b).settings()).toEqual({ strictAgentVersions: false, retentionDays: 'default' });
      await registry.changeSettings(a, { strictAgentVersions: false });
      expect(await registry.settings(a)).toEqual({ strictAgentVersions: false, retentionDays: 'default' });
    });

    it('keeps how far a background stage is', async () => {
      expect(await registry.mark('stage')).toBe(0);
      await registry.setMark('stage', 7);
      await registry.setMark('stage', 2 ** 52);
      expect(await registry.mark('stage')).toBe(2 ** 52);
      expect(await registry.mark('another')).toBe(0);
    });

    it('gives equal content one fingerprint, per project', async () => {
      const { id } = await directory(a).ensureFingerprint('hash', '{}');
      expect((await directory(a).ensureFingerprint('hash', '{}')).id).toBe(id);
      expect(await directory(a).hasFingerprint(id)).toBe(true);
      expect(await directory(b).hasFingerprint(id)).toBe(false);
      expect((await directory(b).ensureFingerprint('hash', '{}')).id).not.toBe(id);
    });

    it('makes many mentioned things at once, in order', async () => {
      const person = (i: number) => ({ projectId: a, person: { id: `many ${i}`, properties: { i } } });
      const people = Array.from({ length: 1200 }, (_, i) => person(i));
      await registry.ensureMentioned([
        ...people,
        { projectId: a, agent: { name: 'many', version: 'v' } },
        { projectId: a, person: { id: 'many 7' } },
      ]);
      expect(await directory(a).getPerson('many 7')).toMatchObject({ properties: { i: 7 } });
      expect(await directory(a).getPerson('many 1199')).toMatchObject({ properties: { i: 1199 } });
      expect(await directory(a).getAgentVersion('many', 'v')).toMatchObject({ number: 1 });
    });
  });
}
