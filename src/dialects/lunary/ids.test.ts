import { describe, expect, it } from 'vitest';
import { mayBeVendorUuid, pythonUuid, storedIdsOf, vendorUuid } from './ids.ts';

const KEY = '11111111-2222-4333-8444-555555555555';

describe('ids', () => {
  it.each([
    // Vectors of protocols/lunary.md 2.2.
    ['some-unique-id', 'f2eaa71b-6b43-485e-aaf7-0307daec557b'],
    ['m1', 'ca0df2c9-5aa1-44c1-a0ff-2ff3c8f967fd'],
    // What the vendor's server called the run of the recording vendor-server-chat-feedback.
    ['fb1', 'f5aba5f8-25df-4364-a461-ac3d3145c7c0'],
    ['8ee49969-4335-426c-c68d-cf993e874aee', '8ee49969-4335-426c-c68d-cf993e874aee'],
    ['xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'],
  ])('%s is %s to the vendor', (id, uuid) => {
    expect(vendorUuid(id)).toBe(uuid);
  });

  it('Python hashes with its key (4.2)', () => {
    expect(pythonUuid('thread-abc', KEY)).toBe('8850bf21-cebd-569c-f9d5-4775efa5a200');
  });

  it('a run is looked up as named, by the rule of the vendor, and by the one of Python', () => {
    expect(storedIdsOf('thread-abc', KEY)).toEqual([
      ...['thread-abc', vendorUuid('thread-abc'), '8850bf21-cebd-569c-f9d5-4775efa5a200'],
    ]);
    expect(storedIdsOf(KEY.toUpperCase(), undefined)).toEqual([KEY]);
    expect(storedIdsOf('x', undefined)).toEqual(['x', vendorUuid('x')]);
  });

  it('only what the rule can have made is searched for by its hash', () => {
    expect(mayBeVendorUuid(vendorUuid('m1'))).toBe(true);
    expect(mayBeVendorUuid('8ee49969-4335-426c-c68d-cf993e874aee')).toBe(false);
    expect(mayBeVendorUuid('m1')).toBe(false);
  });
});
