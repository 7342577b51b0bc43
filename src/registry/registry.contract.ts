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

    it('keeps a dead letter for its project only', async () => {
      await registry.addDeadLetter(
        { projectId: a, position: 7, dialect: 'lunary', route: 'lunary.ingest', reason: 'why' },
        { meta: '{}', body: Buffer.from('x') },
      );
      await registry.addDeadLetter(
        { projectId: a, position: 7, dialect: 'lunary', route: 'lunary.ingest', reason: 'again' },
        { meta: '{}', body: Buffer.from('x') },
      );
      expect(await registry.findDeadLetter(a, 7)).toMatchObject({ reason: 'why' });
      expect(await registry.findDeadLetter(b, 7)).toBeUndefined();
      expect(await registry.countDeadLetters()).toBe(1);
    });
  });
}
