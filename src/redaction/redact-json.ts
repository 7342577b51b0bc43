/**
 * Rules on JSON text. Only what a rule takes out is changed: the rest keeps its bytes, with its number formats, escapes,
 * order and duplicate keys. Expects text that `JSON.parse` has accepted. No recursion but into strings that hold JSON.
 */

import { skipSpace, skipString, skipValue } from '../canonical/json-text.ts';
import { redactionStringDepthMax } from '../limits.ts';
import { type Edit, escapedEdits } from './edits.ts';
import { isId, isStructural } from './event-members.ts';
import { type Progress, stepped } from './field-path.ts';
import { isLong, longPatternEdits, patternEdits } from './redact-text.ts';
import type { Redactable } from './rules.ts';
import type { Work } from './work.ts';

/** Where a value stands. */
interface Place {
  readonly progress: readonly Progress<Redactable>[];
  /** The body, a list of events, or an event: paths begin here again. */
  readonly isEnvelope: boolean;
  /** An event, or what stands for its parents: some of its members are ids. */
  readonly hasIds: boolean;
  /** Such a member, or an element of one. */
  readonly holdsId: boolean;
}

interface Frame {
  readonly place: Place;
  readonly isArray: boolean;
  index: number;
  /** Index behind the last member that stays; `undefined` before the first. */
  keptTo: number | undefined;
}

interface Member {
  readonly from: number;
  /** Index behind its key; `from` when it has none. */
  readonly keyTo: number;
  readonly valueFrom: number;
  readonly place: Place;
  /** The field rule that means it. */
  readonly matched: Redactable | undefined;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const NOTHING: readonly Edit[] = [];

export function* jsonEdits(text: string, work: Work): Generator<void, Edit[]> {
  const root = { progress: work.rules.fields, isEnvelope: true, hasIds: true, holdsId: false };
  return yield* editsOf(text, root, 0, work);
}

function* editsOf(text: string, root: Place, depth: number, work: Work): Generator<void, Edit[]> {
  const edits: Edit[] = [];
  const frames: Frame[] = [];
  let at = skipSpace(text, 0);
  let member: Member = { from: at, keyTo: at, valueFrom: at, place: root, matched: undefined };
  for (;;) {
    const first = text.charCodeAt(at);
    const frame = frames.at(-1);
    if ((first === OPEN_BRACE || first === OPEN_BRACKET) && member.matched === undefined) {
      frames.push({ place: member.place, isArray: first === OPEN_BRACKET, index: 0, keptTo: undefined });
      at = skipSpace(text, at + 1);
    } else {
      const end = skipValue(text, at);
      if (member.matched !== undefined) takeOut(text, end, member, frame, work, edits);
      else if (first === QUOTE) yield* addString(text, at, end, member.place, depth, work, edits);
      else addNumber(text, at, end, member.place, work, edits);
      at = end;
      if (frame !== undefined && !isDropped(member, frame)) frame.keptTo = end;
    }
    at = closed(text, at, frames);
    const open = frames.at(-1);
    if (open === undefined || at >= text.length) return edits;
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
    member = open.isArray ? nextElement(at, open, work) : nextMember(text, at, open, work);
    at = member.valueFrom;
    if (member.keyTo > member.from && work.patterns.length > 0) {
      const raw = text.slice(member.from + 1, member.keyTo - 1);
      const name = textIn(raw);
      const found = isLong(name) ? yield* longPatternEdits(name, false, work) : patternEdits(name, false, work);
      if (found.length > 0) edits.push(...escapedEdits(raw, member.from + 1, found));
    }
  }
}

/** Behind a value or an opening: closes what ends here. */
function closed(text: string, from: number, frames: Frame[]): number {
  let at = skipSpace(text, from);
  while (frames.length > 0) {
    const c = text.charCodeAt(at);
    if (c !== CLOSE_BRACE && c !== CLOSE_BRACKET) return at;
    frames.pop();
    at += 1;
    const outer = frames.at(-1);
    if (outer !== undefined) outer.keptTo = at;
    at = skipSpace(text, at);
  }
  return at;
}

function nextElement(at: number, frame: Frame, { rules }: Work): Member {
  const { place } = frame;
  const step = stepped(place.progress, { index: frame.index });
  frame.index += 1;
  const progress = begun(step.progress, place.isEnvelope, rules.fields);
  return { from: at, keyTo: at, valueFrom: at, place: { ...place, progress }, matched: step.matched };
}

function nextMember(text: string, at: number, { place }: Frame, { rules }: Work): Member {
  const keyTo = skipString(text, at);
  const valueFrom = skipSpace(text, skipSpace(text, keyTo) + 1);
  const name = textIn(text.slice(at + 1, keyTo - 1));
  const step = stepped(place.progress, { name });
  const isEnvelope = place.isEnvelope && name === 'events';
  const inside: Place = {
    progress: begun(step.progress, isEnvelope, rules.fields),
    isEnvelope,
    // Vellum's events hold their parents, one inside the other.
    hasIds: isEnvelope || (place.hasIds && name === 'parent'),
    holdsId: place.hasIds && isId(name),
  };
  const matched = place.isEnvelope && isStructural(name) ? undefined : step.matched;
  return { from: at, keyTo, valueFrom, place: inside, matched };
}

/** Paths begin at each event anew. */
function begun(progress: Place['progress'], isEnvelope: boolean, fields: Place['progress']): Place['progress'] {
  return isEnvelope && fields.length > 0 ? [...fields, ...progress] : progress;
}

function isDropped({ matched, place }: Member, frame: Frame): boolean {
  return matched?.action === 'drop' && !frame.isArray && !place.holdsId;
}

/** The value under a field rule: replaced as a whole, whatever it is; dropped from an object with its key and comma. */
function takeOut(text: string, end: number, member: Member, frame: Frame | undefined, work: Work, edits: Edit[]): void {
  const { matched, place, from, valueFrom } = member;
  const raw = text.slice(valueFrom, end);
  // There is nothing to hide in nothing.
  if (matched === undefined || raw === 'null' || raw === '""') return;
  work.found(matched.name);
  if (frame !== undefined && isDropped(member, frame)) {
    const behind = skipSpace(text, end);
    const hasNext = text.charCodeAt(behind) === COMMA;
    const [cutFrom, cutTo] = hasNext ? [from, skipSpace(text, behind + 1)] : [frame.keptTo ?? from, end];
    edits.push({ from: cutFrom, to: cutTo, text: '' });
    return;
  }
  const value = raw.startsWith('"') ? textIn(raw.slice(1, -1)) : raw;
  const replacement = work.rules.replacement(matched, value, place.holdsId);
  edits.push({ from: valueFrom, to: end, text: inPlaceOfValue(replacement) });
}

/** A number is taken out as a whole or not at all: half of one would be another number. */
function addNumber(text: string, at: number, end: number, { holdsId }: Place, work: Work, edits: Edit[]): void {
  const first = text.charCodeAt(at);
  // `true`, `false` and `null` begin with letters.
  if (work.patterns.length === 0 || first >= 0x61) return;
  const number = text.slice(at, end);
  if (isLong(number)) return;
  const whole = patternEdits(number, holdsId, work).find((edit) => edit.from === 0 && edit.to === number.length);
  if (whole !== undefined) edits.push({ from: at, to: end, text: inPlaceOfValue(whole.text) });
}

/** JSON text inside a string is looked into, everything else is plain text. */
function* addString(
  text: string,
  at: number,
  end: number,
  place: Place,
  depth: number,
  work: Work,
  edits: Edit[],
): Generator<void, void> {
  if (work.spend(end - at)) yield;
  const raw = text.slice(at + 1, end - 1);
  const value = textIn(raw);
  let inside = NOTHING;
  if (depth < redactionStringDepthMax && holdsJson(value)) inside = yield* editsOf(value, place, depth + 1, work);
  else if (isLong(value)) inside = yield* longPatternEdits(value, place.holdsId, work);
  else inside = patternEdits(value, place.holdsId, work);
  for (const edit of escapedEdits(raw, at + 1, inside)) edits.push(edit);
}

function inPlaceOfValue(replacement: string): string {
  return replacement === '' ? 'null' : JSON.stringify(replacement);
}

function holdsJson(value: string): boolean {
  const first = value.charCodeAt(skipSpace(value, 0));
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

/** What the text between two quotes says. */
function textIn(raw: string): string {
  if (!raw.includes('\\')) return raw;
  const value: unknown = JSON.parse(`"${raw}"`);
  return String(value);
}
