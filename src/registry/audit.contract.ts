/** What every registry must do about the audit log. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { NewAuditEntry } from './audit.ts';
import type { Registry } from './registry.ts';
import type { Viewer } from './viewer.ts';

export function describeAudit(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`audit contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    let a: ProjectId;
    let viewer: Viewer;
    beforeAll(async () => {
      subject = await make();
      registry = await subject.open();
      a = (await registry.createProject('a')).id;
      viewer = { projectId: a, seesNobodys: false };
    });
    afterAll(async () => {
      await registry.close();
      await subject.dispose();
    });
    const entry = (action: string, more: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
      projectId: a,
      action,
      subject: {},
      detail: {},
      actor: { keyId: 'k', keyName: 'ops', keyPrefix: 'trib_' },
      address: '127.0.0.1',
      ...more,
    });
    const actions = async (filter = {}, who = viewer) =>
      (await registry.audit.list(who, filter, { limit: 100 })).map(({ action }) => action);

    it('keeps what was begun, and how it ended', async () => {
      const subject = { keyId: "it's; --", lone: '\ud83d' };
      const id = await registry.audit.begin(entry('DELETE /keys/{keyId}', { subject, detail: { n: 1 } }));
      const [begun] = await registry.audit.list(viewer, {}, { limit: 1 });
      expect(begun).toMatchObject({
        ...entry('DELETE /keys/{keyId}', { subject, detail: { n: 1 } }),
        id,
        status: null,
      });
      expect(Math.abs(Date.parse(begun?.at ?? '') - Date.now())).toBeLessThan(60_000);
      await registry.audit.end(id, { status: 200, subject: { id: 'made' } });
      const [ended] = await registry.audit.list(viewer, {}, { limit: 1 });
      expect(ended).toMatchObject({ id, status: 200, subject: { ...subject, id: 'made' } });
    });

    it('is ended once', async () => {
      const id = await registry.audit.begin(entry('PATCH /settings'));
      await registry.audit.end(id, { status: 200 });
      await expect(registry.audit.end(id, { status: 500 })).rejects.toThrow('not changed');
      expect((await registry.audit.list(viewer, {}, { limit: 1 }))[0]?.status).toBe(200);
    });

    it('shows a project its own, the instance all, the newest first, by action and time', async () => {
      const b = (await registry.createProject('b')).id;
      await registry.audit.begin(entry('PUT /prices/own', { projectId: b }));
      await registry.audit.begin(entry('first start', { projectId: '', actor: null, address: '' }));
      expect(await actions()).toEqual(['PATCH /settings', 'DELETE /keys/{keyId}']);
      expect(await actions({}, { projectId: b, seesNobodys: false })).toEqual(['PUT /prices/own']);
      const all: Viewer = { projectId: a, seesNobodys: true };
      expect(await actions({}, all)).toEqual([
        'first start',
        'PUT /prices/own',
        'PATCH /settings',
        'DELETE /keys/{keyId}',
      ]);
      expect(await actions({ action: 'delete' }, all)).toEqual(['DELETE /keys/{keyId}']);
      expect(await actions({ action: '%' }, all)).toEqual([]);
      const [newest, second] = await registry.audit.list(all, {}, { limit: 2 });
      expect(newest?.actor).toBeNull();
      const rest = await registry.audit.list(all, {}, { limit: 2, before: second?.id ?? 0 });
      expect(rest.map(({ action }) => action)).toEqual(['PATCH /settings', 'DELETE /keys/{keyId}']);
      expect(await actions({ to: '2020-01-01T00:00:00Z' }, all)).toEqual([]);
      expect(await actions({ from: '2020-01-01T00:00:00Z' }, all)).toHaveLength(4);
    });
  });
}
