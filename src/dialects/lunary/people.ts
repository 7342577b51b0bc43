/** Users as the vendor shows them: with a number, which it counts up and we derive from the user's own id. */

import { hash } from 'node:crypto';
import type { JsonObject } from '../../canonical/json.ts';
import { pageRowsMax } from '../../limits.ts';
import type { Directory, Person } from '../dialect.ts';
import type { Reader, Tally } from '../reader.ts';
import { isoMs } from './time.ts';

export interface UserBody {
  readonly id: number;
  readonly externalId: string;
  readonly createdAt: string | null;
  readonly lastSeen: string | null;
  readonly props: JsonObject | null;
}

const HEX_DIGITS = 12;

/** 48 bits: a number that JSON carries exactly, and far from the small ones that people give their users. */
export function numberOf(externalId: string): number {
  return Number.parseInt(hash('sha256', externalId).slice(0, HEX_DIGITS), 16);
}

/** The users with these ids, by id; people that are only in the registry, or only on spans, are complete as far as known. */
export async function usersOf(
  ids: readonly string[],
  { reader, directory }: { readonly reader: Reader; readonly directory: Directory },
): Promise<ReadonlyMap<string, UserBody>> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return new Map();
  const [people, { groups }] = await Promise.all([
    directory.people(distinct),
    reader.tally({ where: { field: 'userId', in: distinct }, by: ['userId'], limit: distinct.length, offset: 0 }),
  ]);
  const known = new Map(people.map((person) => [person.id, person]));
  const seen = new Map(groups.map((tally) => [tally.group[0], tally]));
  return new Map(distinct.map((id) => [id, userBody(id, known.get(id), seen.get(id))]));
}

export function userBody(id: string, person: Person | undefined, tally: Tally | undefined): UserBody {
  const createdAt = person?.createdAt ?? tally?.firstSeen;
  return {
    id: numberOf(id),
    externalId: id,
    createdAt: createdAt === undefined ? null : isoMs(createdAt),
    lastSeen: tally === undefined ? null : isoMs(tally.lastSeen),
    props: person?.properties ?? null,
  };
}

/** People for whom `isIt` holds; each page of the registry is looked at once. */
export async function peopleWho(directory: Directory, isIt: (person: Person) => boolean): Promise<readonly Person[]> {
  const found: Person[] = [];
  for (let offset = 0; ; offset += pageRowsMax) {
    const { people, total } = await directory.listPeople({ limit: pageRowsMax, offset });
    found.push(...people.filter(isIt));
    if (people.length === 0 || offset + people.length >= total) return found;
  }
}

/** The user's own id, for that id or for its number. */
export async function externalIds(directory: Directory, id: string): Promise<readonly string[]> {
  if (!/^\d{1,15}$/.test(id)) return [id];
  const numbered = await peopleWho(directory, (person) => numberOf(person.id) === Number(id));
  return [...new Set([id, ...numbered.map((person) => person.id)])];
}
