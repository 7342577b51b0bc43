/** What every registry must do about redaction rules. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectId } from '../canonical/ids.ts';
import type { NewRedactionRule } from './redaction.ts';
import type { Registry } from './registry.ts';

export function describeRedaction(
  name: string,
  make: () => Promise<{ open(): Promise<Registry>; dispose(): Promise<void> }>,
): void {
  describe(`redaction contract: ${name}`, () => {
    let subject: Awaited<ReturnType<typeof make>>;
    let registry: Registry;
    let a: ProjectId;
    let b: ProjectId;
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
    const rule = (target: string): NewRedactionRule => ({ name: 'x', kind: 'field', target, action: 'hash' });

    it('keeps rules of each project in the order they were made, once', async () => {
      expect(registry.redaction.rules(a)).toEqual([]);
      const targets = ['b', 'a', "'; DROP TABLE redaction_rules; --", '**.😀'];
      for (const target of targets) expect(await registry.redaction.add(a, rule(target))).toMatchObject(rule(target));
      expect(await registry.redaction.add(a, rule('a'))).toBeUndefined();
      expect(await registry.redaction.add(b, rule('a'))).toMatchObject(rule('a'));
      expect(registry.redaction.rules(a).map(({ target }) => target)).toEqual(targets);
      expect(registry.redaction.rules(a)).toBe(registry.redaction.rules(a));
    });

    it('has a key for each project, which outlives its rules', async () => {
      const key = registry.redaction.hashKey(a);
      expect(key.length).toBe(32);
      expect(registry.redaction.hashKey(b)).not.toEqual(key);
      for (const { id } of registry.redaction.rules(b)) {
        expect(await registry.redaction.remove(a, id)).toBe(false);
        expect(await registry.redaction.remove(b, id)).toBe(true);
        expect(await registry.redaction.remove(b, id)).toBe(false);
      }
      expect(registry.redaction.rules(b)).toEqual([]);
      const before = registry.redaction.hashKey(b);
      await registry.redaction.add(b, rule('again'));
      expect(registry.redaction.hashKey(b)).toEqual(before);
    });

    it('knows everything again after a start', async () => {
      const [rules, key] = [registry.redaction.rules(a), registry.redaction.hashKey(a)];
      await registry.close();
      registry = await subject.open();
      expect(registry.redaction.rules(a)).toEqual(rules);
      expect(Buffer.from(registry.redaction.hashKey(a))).toEqual(Buffer.from(key));
    });
  });
}
