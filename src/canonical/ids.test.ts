import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivedUuid, looksLikeUuid, newProjectId, readProjectId } from './ids.ts';

const seed = Number(process.env.PROPERTY_SEED ?? 20_261_121);
console.info(`ids.test.ts: PROPERTY_SEED=${seed}`);

test.each([
  ['7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e', true],
  ['7B0E8F2A-0C3D-4C55-9D7E-1F2A3B4C5D6E', true],
  ['7b0e8f2a-0c3d-0c55-0d7e-1f2a3b4c5d6e', true],
  ['7b0e8f2a0c3d4c559d7e1f2a3b4c5d6e', false],
  [' 7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e', false],
  ['7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e\n', false],
  ['7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6g', false],
  ['unknown_client', false],
  ['', false],
])('looksLikeUuid(%j)', (text, expected) => {
  expect(looksLikeUuid(text)).toBe(expected);
});

test('project ids are compared in lower case', () => {
  expect(readProjectId('7B0E8F2A-0C3D-4C55-9D7E-1F2A3B4C5D6E')).toBe('7b0e8f2a-0c3d-4c55-9d7e-1f2a3b4c5d6e');
  expect(readProjectId('my-app')).toBeUndefined();
  const made = newProjectId();
  expect(readProjectId(made)).toBe(made);
});

describe('derivedUuid', () => {
  test('stays what it was: stored rows are found by it', () => {
    expect(derivedUuid('weflayr', 'a', 'before', '{}')).toBe('f5218be4-bcde-8885-ab2e-063535d505ea');
  });

  test('is a UUID of version 8', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(derivedUuid(...parts)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(derivedUuid(...parts)).toBe(derivedUuid(...parts));
      }),
      { seed },
    );
  });

  test('knows where a part ends', () => {
    expect(derivedUuid('ab', 'c')).not.toBe(derivedUuid('a', 'bc'));
    expect(derivedUuid('a', '')).not.toBe(derivedUuid('a'));
    expect(derivedUuid('1:a')).not.toBe(derivedUuid('', 'a'));
    // Parts from few characters, the separator and digits among them, so that joins would often look alike.
    const parts = fc.array(fc.stringMatching(/^[01:]{0,4}$/), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(derivedUuid(...a) === derivedUuid(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { seed, numRuns: 1000 },
    );
  });
});
