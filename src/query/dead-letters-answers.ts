/** The handlers of dead-letters.ts. Anyone of the project may look; retrying and discarding is for admins. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deadLettersPerRequestMax } from '../limits.ts';
import { type DeadLetter, stateOf } from '../registry/dead-letters.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { actorOf, viewerOf } from './actor.ts';
import {
  deadLetterBody,
  discardDeadLetterRoute,
  discardDeadLettersRoute,
  getDeadLetterRoute,
  letterReceipt,
  listDeadLettersRoute,
  retryDeadLetterRoute,
  retryDeadLettersRoute,
  type Which,
} from './dead-letters.ts';
import { retryLetter, retryLetters } from './dead-letters-retry.ts';
import { shownRecord } from './dead-letters-show.ts';
import { decodeCursor, encodeCursor } from './schemas.ts';

const PATHS = ['/dead-letters', '/dead-letters/*'];
const RETRY_AFTER_S = '2';

export function answerDeadLetters(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  api.on('GET', PATHS, requireScope(parts.registry, 'read'));
  api.on('POST', PATHS, requireScope(parts.registry, 'admin'));
  answerLooks(api, parts);
  answerSingle(api, parts);
  answerBulk(api, parts);
}

/** `fault` answers are declared in each route's `responses`; Hono's types cannot join the two. */
function answerLooks(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  const { deadLetters } = parts.registry;

  api.openapi(listDeadLettersRoute, async (c) => {
    const { limit, cursor, dialect, reason, state } = c.req.valid('query');
    const after = readCursor(cursor);
    if (after === 'wrong') return wrongCursor(c) as never;
    const loadedUntil = parts.loader.progress.position;
    const letters = await deadLetters.list(viewerOf(c), filterOf({ dialect, reason, state }), {
      ...{ limit: limit + 1, order: 'desc', loadedUntil },
      ...(after === undefined ? {} : { after }),
    });
    const data = letters.slice(0, limit);
    const nextCursor = letters.length > limit ? cursorBehind(data.at(-1)) : null;
    return c.json({ data: data.map((letter) => deadLetterBody(letter, loadedUntil)), nextCursor }, 200);
  });

  api.openapi(getDeadLetterRoute, async (c) => {
    const { position } = c.req.valid('param');
    const viewer = viewerOf(c);
    const letter = await deadLetters.find(viewer, position);
    if (letter === undefined) return noLetter(c) as never;
    const record = await deadLetters.record(viewer, position);
    const shown = record === undefined ? NOTHING_LEFT : shownRecord(record, c.req.valid('query').bodyBytes);
    return c.json({ ...deadLetterBody(letter, parts.loader.progress.position), ...shown }, 200);
  });
}

const NOTHING_LEFT = { request: null, body: null };

function answerSingle(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  const { deadLetters } = parts.registry;

  api.openapi(retryDeadLetterRoute, async (c) => {
    const { position } = c.req.valid('param');
    const viewer = viewerOf(c);
    const letter = await deadLetters.find(viewer, position);
    const result = letter === undefined ? 'gone' : await retryLetter(parts, viewer, position);
    if (letter === undefined || result === 'gone') return noLetter(c) as never;
    if (result === 'discarded') return fault(c, 'conflict', 'This letter is discarded', 'position') as never;
    if (result === 'unreadable')
      return fault(
        c,
        'conflict',
        'This letter does not say whose it is; it can only be discarded',
        'position',
      ) as never;
    if (result === 'overloaded') return overloaded(c) as never;
    countRetried(parts, 1);
    return c.json({ position, receipt: letterReceipt(letter), state: 'retrying' as const }, 202);
  });

  api.openapi(discardDeadLetterRoute, async (c) => {
    const { position } = c.req.valid('param');
    const viewer = viewerOf(c);
    const letter = await deadLetters.find(viewer, position);
    if (letter === undefined) return noLetter(c) as never;
    const loadedUntil = parts.loader.progress.position;
    if (stateOf(letter, loadedUntil) === 'retrying')
      return fault(c, 'conflict', 'This letter is being retried', 'position') as never;
    const { note = '' } = c.req.valid('json') ?? {};
    const actor = await actorOf(parts.registry, c.var.principal);
    if (await deadLetters.discard(viewer, position, { ...actor, note })) countDiscarded(parts, 1);
    const now = await deadLetters.find(viewer, position);
    return now === undefined ? (noLetter(c) as never) : c.json(deadLetterBody(now, loadedUntil), 200);
  });
}

function answerBulk(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  api.openapi(retryDeadLettersRoute, async (c) => {
    const found = await chosen(parts, c, c.req.valid('json'));
    if (found === undefined) return wrongCursor(c) as never;
    const { retried, skipped, last } = await retryLetters(parts, viewerOf(c), found.letters);
    if (last === undefined && found.letters.length > 0) return overloaded(c) as never;
    countRetried(parts, retried);
    const isDone = last === found.letters.at(-1) && !found.hasMore;
    return c.json({ retried, skipped, nextCursor: isDone ? null : cursorBehind(last) }, 202);
  });

  api.openapi(discardDeadLettersRoute, async (c) => {
    const { note, ...which } = c.req.valid('json');
    const found = await chosen(parts, c, which);
    if (found === undefined) return wrongCursor(c) as never;
    const actor = await actorOf(parts.registry, c.var.principal);
    let discarded = 0;
    for (const { position } of found.letters)
      if (await parts.registry.deadLetters.discard(viewerOf(c), position, { ...actor, note })) discarded += 1;
    countDiscarded(parts, discarded);
    return c.json({ discarded, nextCursor: found.hasMore ? cursorBehind(found.letters.at(-1)) : null }, 200);
  });
}

/** The next letters that are neither discarded nor on their way, the oldest first; `undefined` for a strange cursor. */
async function chosen(
  { registry, loader }: QueryParts,
  c: Context<QueryEnv>,
  { cursor, dialect, reason }: Which,
): Promise<{ letters: readonly DeadLetter[]; hasMore: boolean } | undefined> {
  const after = readCursor(cursor);
  if (after === 'wrong') return undefined;
  const letters = await registry.deadLetters.list(viewerOf(c), filterOf({ dialect, reason, state: 'dead' }), {
    ...{ limit: deadLettersPerRequestMax + 1, order: 'asc', loadedUntil: loader.progress.position },
    ...(after === undefined ? {} : { after }),
  });
  return {
    letters: letters.slice(0, deadLettersPerRequestMax),
    hasMore: letters.length > deadLettersPerRequestMax,
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that nobody gave. */
function filterOf<T extends object>(given: T): Defined<T> {
  // Leaving members out is all that happens to the type.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function readCursor(cursor: string | undefined): number | undefined | 'wrong' {
  if (cursor === undefined) return undefined;
  const position = decodeCursor(cursor, ['number'])?.[0];
  return typeof position === 'number' ? position : 'wrong';
}

function cursorBehind(letter: DeadLetter | undefined): string | null {
  return letter === undefined ? null : encodeCursor([letter.position]);
}

function countRetried({ deadLetterCounters }: QueryParts, letters: number): void {
  if (deadLetterCounters !== undefined) deadLetterCounters.retried += letters;
}

function countDiscarded({ deadLetterCounters }: QueryParts, letters: number): void {
  if (deadLetterCounters !== undefined) deadLetterCounters.discarded += letters;
}

function wrongCursor(c: Context): Response {
  return fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor');
}

function noLetter(c: Context): Response {
  return fault(c, 'not-found', 'There is no such dead letter', 'position');
}

function overloaded(c: Context): Response {
  c.header('retry-after', RETRY_AFTER_S);
  return fault(c, 'overloaded', 'The log takes nothing at the moment, try it again');
}
