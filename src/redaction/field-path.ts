/**
 * Which members a field rule means: `$.messages[*].content`, `metadata.ssn`, `**.password`. A path begins at the event;
 * `**` is any number of steps, `*` any one member, `[*]` any element, `[2]` the third. Names are compared without case.
 */

import { type Outcome, ok, refuse } from '../canonical/outcome.ts';

const PATH_CHARS_MAX = 512;
const SEGMENTS_MAX = 32;

type Segment =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'any-name' }
  | { readonly kind: 'any-index' }
  | { readonly kind: 'deep' };

export interface FieldPath {
  readonly segments: readonly Segment[];
  /** The last name in it, as it is written. */
  readonly lastName: string | undefined;
}

/** A name, `["a name"]`, `[*]`, `[2]`, `*` or `**`. */
const SEGMENT = /(\*\*)|(\*)|\[(\*)\]|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]*"\s]+)/y;

export function parsePath(text: string): Outcome<FieldPath> {
  if (text.length > PATH_CHARS_MAX) return wrong(`may have at most ${PATH_CHARS_MAX} characters`);
  let at = text.startsWith('$') ? 1 : 0;
  if (at === 1 && text[at] === '.') at += 1;
  const segments: Segment[] = [];
  let lastName: string | undefined;
  while (at < text.length) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(text);
    if (match === null) return wrong(`cannot be read from "${text.slice(at, at + 20)}" on`);
    const segment = segmentOf(match);
    if (segment === undefined) return wrong(`has a name in quotes that is not one: ${match[0]}`);
    if (segment.kind === 'name') lastName = segment.name;
    segments.push(segment.kind === 'name' ? { kind: 'name', name: folded(segment.name) } : segment);
    at = SEGMENT.lastIndex;
    if (text[at] === '.' && at + 1 < text.length) at += 1;
    else if (at < text.length && text[at] !== '[') return wrong(`cannot be read from "${text.slice(at, at + 20)}" on`);
  }
  if (segments.length > SEGMENTS_MAX) return wrong(`may have at most ${SEGMENTS_MAX} steps`);
  const last = segments.at(-1);
  if (last === undefined || segments.every(({ kind }) => kind === 'deep')) return wrong('names no member');
  return last.kind === 'deep' ? wrong('must not end with **') : ok({ segments, lastName });
}

function segmentOf(match: RegExpExecArray): Segment | undefined {
  const [, deep, anyName, anyIndex, index, quoted, name] = match;
  if (deep !== undefined) return { kind: 'deep' };
  if (anyName !== undefined) return { kind: 'any-name' };
  if (anyIndex !== undefined) return { kind: 'any-index' };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (name !== undefined) return { kind: 'name', name };
  try {
    const value: unknown = JSON.parse(quoted ?? '');
    return typeof value === 'string' ? { kind: 'name', name: value } : undefined;
  } catch {
    return undefined;
  }
}

function wrong(what: string): Outcome<never> {
  return refuse('invalid-event', `The path ${what}`);
}

function folded(name: string): string {
  return name.toLowerCase();
}

/** How far a path has come: the next segment to be matched. */
export interface Progress<T> {
  readonly rule: T;
  readonly path: FieldPath;
  readonly next: number;
}

export function beginning<T>(rule: T, path: FieldPath): Progress<T> {
  return { rule, path, next: 0 };
}

export type Step = { readonly name: string } | { readonly index: number };

/** Where the paths are one step further down; `matched` is the first rule whose path ends there. */
export function stepped<T>(
  progress: readonly Progress<T>[],
  step: Step,
): { readonly progress: readonly Progress<T>[]; readonly matched: T | undefined } {
  if (progress.length === 0) return { progress, matched: undefined };
  const further: Progress<T>[] = [];
  let matched: T | undefined;
  const name = 'name' in step ? folded(step.name) : undefined;
  const index = 'index' in step ? step.index : undefined;
  for (const one of progress) {
    for (const next of nextOf(one.path.segments, one.next, name, index)) {
      if (next === one.path.segments.length) matched ??= one.rule;
      else if (!further.some((known) => known.path === one.path && known.next === next)) further.push({ ...one, next });
    }
  }
  return { progress: further, matched };
}

function nextOf(
  segments: readonly Segment[],
  at: number,
  name: string | undefined,
  index: number | undefined,
): readonly number[] {
  const segment = segments[at];
  if (segment === undefined) return [];
  switch (segment.kind) {
    case 'deep':
      // It takes this step, or ends before it.
      return [at, ...nextOf(segments, at + 1, name, index)];
    case 'name':
      return segment.name === name ? [at + 1] : [];
    case 'any-name':
      return name === undefined ? [] : [at + 1];
    case 'index':
      return segment.index === index ? [at + 1] : [];
    case 'any-index':
      return index === undefined ? [] : [at + 1];
  }
}
