import { describe, expect, it } from 'vitest';
import { ABANDONED } from '../asked.ts';
import { SessionPool } from './session-pool.ts';

describe('SessionPool', () => {
  it('gives a session to who waits longest, and skips who has gone', async () => {
    const pool = new SessionPool(['only']);
    const session = await pool.take(undefined);
    const gone = new AbortController();
    const got: string[] = [];
    const first = pool.take(gone.signal).catch((error: { code: number }) => got.push(`code ${error.code}`));
    const second = pool.take(new AbortController().signal).then(() => got.push('second'));
    const third = pool.take(undefined).then(() => got.push('third'));
    gone.abort();
    await first;
    pool.give(session);
    await second;
    pool.give(session);
    await third;
    expect(got).toEqual([`code ${ABANDONED}`, 'second', 'third']);
  });

  it('gives none any more once it is closed', async () => {
    const pool = new SessionPool(['only']);
    const session = await pool.take(undefined);
    const waiting = pool.take(undefined);
    pool.close();
    await expect(waiting).rejects.toMatchObject({ code: ABANDONED });
    pool.give(session);
    await expect(pool.take(undefined)).rejects.toMatchObject({ code: ABANDONED });
  });

  it('gives none to who has gone before asking, and loses none to who goes after', async () => {
    const pool = new SessionPool(['only']);
    await expect(pool.take(AbortSignal.abort())).rejects.toMatchObject({ code: ABANDONED });
    const late = new AbortController();
    const session = await pool.take(late.signal);
    late.abort();
    pool.give(session);
    await expect(pool.take(undefined)).resolves.toBe('only');
  });
});
