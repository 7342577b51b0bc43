/** What every draft must be, whatever it was made from. */

import type { EventDraft } from '../../src/canonical/event.ts';
import type { JsonValue } from '../../src/canonical/json.ts';
import { type SpanFragment, TEXT_REGISTERS } from '../../src/canonical/span.ts';
import type { DecodedItem } from '../../src/dialects/dialect.ts';
import { must } from './finding.ts';
import { checkUsage } from './parsers.ts';

const KINDS = new Set([
  'llm',
  'agent',
  'tool',
  'chain',
  'workflow',
  'node',
  'retriever',
  'embedding',
  'message',
  'event',
]);
const STATUSES = new Set(['running', 'ok', 'error', 'paused']);
const JSON_REGISTERS = ['input', 'output', 'params', 'error'] as const;

export function checkDraft(draft: EventDraft, item: DecodedItem | undefined): void {
  for (const [name, id] of [
    ['event id', draft.eventId],
    ['span id', draft.spanId],
    ['type', draft.type],
  ] as const)
    must(typeof id === 'string' && id !== '' && id.isWellFormed(), `draft: ${name} is none`, () => draft);
  must(Number.isFinite(draft.timestamp), 'draft: no time', () => draft);
  const { placement, steps, mentions } = draft;
  if (placement.by === 'trace')
    must(typeof placement.traceId === 'string' && placement.traceId !== '', 'draft: no trace id', () => draft);
  if (placement.by === 'parent')
    must(placement.parentSpanId === undefined || placement.parentSpanId !== '', 'draft: an empty parent', () => draft);
  for (const step of [steps?.step, steps?.parentStep, steps?.span])
    must(step === undefined || (Number.isSafeInteger(step) && step >= 0), 'draft: a step is none', () => draft);
  for (const name of [mentions?.agent?.name, mentions?.agent?.version, mentions?.person?.id])
    must(
      name === undefined || (typeof name === 'string' && name !== '' && name.isWellFormed()),
      'draft: a name is none',
      () => draft,
    );
  checkObject(mentions?.person?.properties, 'draft: properties are no object');
  if (draft.sampling !== undefined)
    must(draft.sampling.point >= 0 && draft.sampling.point <= 1, 'draft: sampling point', () => draft);
  if (item?.ok === true) checkPayload(draft.payload, item.value);
  for (const fragment of draft.fragments) checkFragment(fragment);
}

function checkPayload(payload: string, value: JsonValue): void {
  let again: unknown;
  try {
    again = JSON.parse(payload);
  } catch {
    must(false, 'draft: the payload is no JSON', () => payload);
  }
  must(JSON.stringify(again) === JSON.stringify(value), 'draft: the payload is another event', () => payload);
}

function checkFragment(fragment: SpanFragment): void {
  const { text } = fragment;
  must(fragment.spanId !== '', 'fragment: no span id', () => fragment);
  for (const rank of [fragment.rank, ...Object.values(fragment.ranks ?? {})])
    must(Number.isInteger(rank) && rank >= 1 && rank <= 255, 'fragment: a rank is none', () => fragment);
  for (const time of [
    fragment.time,
    fragment.start,
    fragment.end ?? 0,
    fragment.firstToken ?? 0,
    fragment.durationMicros ?? 0,
  ])
    must(Number.isFinite(time), 'fragment: a time is none', () => fragment);
  must((fragment.durationMicros ?? 0) >= 0, 'fragment: a duration below zero', () => fragment);
  for (const [name, value] of Object.entries(text)) {
    must((TEXT_REGISTERS as readonly string[]).includes(name), 'fragment: no such register', () => name);
    must(typeof value === 'string', `fragment: ${name} is no text`, () => fragment);
  }
  must(text.kind === undefined || KINDS.has(text.kind), 'fragment: no such kind', () => text.kind);
  must(text.status === undefined || STATUSES.has(text.status), 'fragment: no such status', () => text.status);
  for (const name of JSON_REGISTERS) {
    const value = text[name];
    if (value !== undefined) must(isJson(value), `fragment: ${name} is no JSON`, () => value);
  }
  checkObject(text.error, 'fragment: the error is no object');
  checkObject(fragment.metadata, 'fragment: metadata are no object');
  checkObject(fragment.feedback, 'fragment: feedback is no object');
  checkUsage(fragment.usage);
  for (const tag of fragment.tags ?? [])
    must(typeof tag === 'string' && tag !== '', 'fragment: a tag is none', () => fragment.tags);
}

function checkObject(text: string | undefined, property: string): void {
  if (text === undefined) return;
  must(isJson(text) && text.startsWith('{'), property, () => text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
