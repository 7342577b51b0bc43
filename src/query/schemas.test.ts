import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { idCharsMax } from '../limits.ts';
import { decodeCursor, encodeCursor, PageParams } from './schemas.ts';

describe('a cursor', () => {
  // A control character takes six characters in JSON, the most of all.
  it.each(['x', '日', '\u0001'])('behind the longest id of %j is one that can be asked for', (character) => {
    const parts = [Number.MAX_SAFE_INTEGER, `weflayr|${character.repeat(idCharsMax)}`];
    const cursor = encodeCursor(parts);
    expect(z.strictObject(PageParams).parse({ cursor })).toMatchObject({ cursor });
    expect(decodeCursor(cursor, ['number', 'string'])).toEqual(parts);
  });
});
