/** Names of the places in an event, so that two events with the same fields have the same names. */

import { isObject, type JsonValue } from '../canonical/json.ts';
import { unmappedDepthMax, unmappedMembersMax, unmappedPathsMax } from '../limits.ts';

/** A step into an object, into any element of a list, or into any member of an object that is a map. */
export type Step = { readonly key: string } | '[]' | '*';
export type Path = readonly Step[];

/** Ids and the like, which somebody's program has made: no field has such a name. */
const GENERATED = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[^g-z]*\d)[0-9a-f]{16,}|.{65,})$/i;
/** Of a list, so many elements are looked at: they are of one kind mostly. */
const ELEMENTS_MAX = 8;

/**
 * Written as people write them: `metadata.foo`, `messages[].x`, `scores.*`. A chain of the same member (the parent of a
 * parent) is that member once, or every depth would have fields of its own.
 */
export function nameOf(path: Path): string {
  return path.reduce<string>((name, step, i) => {
    if (step === '[]') return `${name}[]`;
    const key = keyOf(step);
    if (i === 0) return key;
    return keyOf(path[i - 1]) === key ? name : `${name}.${key}`;
  }, '');
}

function keyOf(step: Step | undefined): string {
  return typeof step === 'object' ? step.key : (step ?? '');
}

export interface Member {
  readonly step: Step;
  readonly key: string | number;
  readonly value: JsonValue;
}

/** What stands in an object or a list and says something. */
export function membersOf(value: JsonValue): readonly Member[] {
  if (Array.isArray(value))
    return value
      .slice(0, ELEMENTS_MAX)
      .flatMap((item, key) => (saysNothing(item) ? [] : [{ step: '[]', key, value: item }]));
  if (!isObject(value)) return [];
  const entries = Object.entries(value);
  const isMap = entries.length > unmappedMembersMax;
  return entries.slice(0, unmappedMembersMax).flatMap(([key, member]): Member[] => {
    if (member === undefined || saysNothing(member)) return [];
    return [{ step: isMap || GENERATED.test(key) ? '*' : { key }, key, value: member }];
  });
}

/** Clients send these for fields that they have no value for. */
function saysNothing(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** The first value in such a place. */
export function valueAt(value: JsonValue, [step, ...rest]: Path): JsonValue | undefined {
  if (step === undefined) return value;
  const key = keyOf(step);
  for (const member of membersOf(value)) {
    if (keyOf(member.step) !== key) continue;
    const found = valueAt(member.value, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Which fields an event has, and of which kind; not what is in those that are shown as they are. */
export function shapeOf(event: JsonValue, isWhole: (name: string) => boolean): string {
  const names = new Set<string>();
  const visit = (value: JsonValue, path: Path) => {
    if (path.length >= unmappedDepthMax || names.size >= unmappedPathsMax) return;
    for (const member of membersOf(value)) {
      const inner = [...path, member.step];
      const name = nameOf(inner);
      names.add(`${name}:${kindOf(member.value)}`);
      if (!isWhole(name)) visit(member.value, inner);
    }
  };
  visit(event, []);
  return [...names].sort().join('\n');
}

function kindOf(value: JsonValue): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
