/**
 * Validation of event bodies: one event or an array, all or nothing (`protocols/whyops.md` 1.3 and 3). Where the vendor
 * collapses problems into one `invalid_union`, every field is named here, with the code that zod gives it.
 *
 * Wider than the vendor: null counts as absent, timestamps may carry an offset, owner ids need not be UUIDs, and numbers
 * in the metadata may have fractions. Narrower: model and provider are asked for before the 202, not after it.
 */

import { asObject, asText, field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { type Problem, refuse } from '../../canonical/outcome.ts';
import { microsFromIso } from '../../canonical/time.ts';
import { eventsPerRequestMax, idCharsMax } from '../../limits.ts';
import type { Decoded, IntakeRequest } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';
import { EXTERNAL_USER_CHARS_MAX, headerProblems } from './context.ts';
import { EVENT_TYPES, type EventType, NEEDS_MODEL, NEEDS_TOOL, readEventType } from './event-types.ts';

const PROBLEMS_MAX = 100;
/** The vendor's column is a 32-bit integer: beyond it no sender has ever been stored. */
const STEP_MAX = 2 ** 31 - 1;

interface TextRule {
  readonly name: string;
  readonly charsMax: number;
  readonly required?: true;
}

const TEXTS: readonly TextRule[] = [
  { name: 'traceId', charsMax: 128, required: true },
  { name: 'agentName', charsMax: 255, required: true },
  { name: 'spanId', charsMax: 128 },
  { name: 'idempotencyKey', charsMax: 128 },
  { name: 'externalUserId', charsMax: EXTERNAL_USER_CHARS_MAX },
  { name: 'userId', charsMax: idCharsMax },
  { name: 'projectId', charsMax: idCharsMax },
  { name: 'environmentId', charsMax: idCharsMax },
  { name: 'providerId', charsMax: idCharsMax },
];
const STEPS = ['stepId', 'parentStepId'] as const;
/** A time without a zone would be a guess, and the vendor refuses it too. */
const TIME_WITH_ZONE = /[Tt].*(?:[Zz]|[+-]\d{2}:?\d{2})$/;

/** `forced` is the type of routes that ignore the one sent (`/api/events/tool-result`). */
export function decodeEvents(request: IntakeRequest, forced?: EventType): Decoded {
  const parsed = parseJson(request.text);
  if (!parsed.ok) return parsed;
  const isBatch = Array.isArray(parsed.value);
  const items: readonly JsonValue[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (items.length > eventsPerRequestMax)
    return refuse('too-many-events', `A request holds at most ${eventsPerRequestMax} events`);

  const problems = headerProblems(request.head);
  const events: JsonObject[] = [];
  for (const [index, item] of items.entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    const prefix = isBatch ? `${index}` : '';
    if (isObject(item)) {
      problems.push(...eventProblems(item, prefix, forced));
      events.push(item);
    } else problems.push({ path: prefix, ...invalidType('object', item) });
  }
  if (problems.length > 0) return refuseAll(problems);

  for (const [index, event] of events.entries()) {
    const missing = missingModel(event, isBatch ? `${index}` : '', forced);
    if (missing !== undefined) return refuse('invalid-event', `${missing.code}: ${missing.message}`, [missing.problem]);
  }
  return { ok: true, items: events.map((value) => ({ ok: true, value })) };
}

function refuseAll(problems: readonly Problem[]): Decoded {
  const shown = problems.slice(0, PROBLEMS_MAX);
  const [first] = shown;
  const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
  return refuse('invalid-event', `Invalid event data: ${where}${first?.message ?? ''}`, shown);
}

type Flaw = Omit<Problem, 'path'>;

function eventProblems(event: JsonObject, prefix: string, forced: EventType | undefined): Problem[] {
  const problems: Problem[] = [];
  const add = (name: string, flaw: Flaw | undefined) => {
    if (flaw !== undefined) problems.push({ path: prefix === '' ? name : `${prefix}.${name}`, ...flaw });
  };
  const type = forced ?? readEventType(field(event, 'eventType'));
  if (type === undefined) add('eventType', typeFlaw(field(event, 'eventType')));
  for (const rule of TEXTS) add(rule.name, textFlaw(field(event, rule.name), rule));
  for (const name of STEPS) add(name, stepFlaw(field(event, name)));
  add('timestamp', timeFlaw(field(event, 'timestamp')));
  const metadata = field(event, 'metadata') ?? undefined;
  if (metadata !== undefined && !isObject(metadata)) add('metadata', invalidType('object', metadata));
  else if (type !== undefined && NEEDS_TOOL.has(type) && (field(metadata, 'tool') ?? undefined) === undefined)
    add('metadata.tool', { code: 'custom', message: `metadata.tool is required for ${type}` });
  return problems;
}

function typeFlaw(sent: JsonValue | undefined): Flaw {
  if (typeof sent !== 'string') return invalidType('string', sent);
  return { code: 'invalid_enum_value', message: `Expected one of ${EVENT_TYPES.join(', ')}` };
}

function textFlaw(value: JsonValue | undefined, rule: TextRule): Flaw | undefined {
  if (value === undefined || value === null) return rule.required ? invalidType('string', value) : undefined;
  if (typeof value !== 'string') return invalidType('string', value);
  if (rule.required && value === '') return { code: 'too_small', message: 'Must have at least 1 character' };
  return value.length > rule.charsMax
    ? { code: 'too_big', message: `Must have at most ${rule.charsMax} characters` }
    : undefined;
}

function stepFlaw(value: JsonValue | undefined): Flaw | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') return invalidType('integer', value);
  if (!Number.isInteger(value)) return { code: 'invalid_type', message: 'Expected integer, received float' };
  if (value < 1) return { code: 'too_small', message: 'Must be at least 1' };
  return value > STEP_MAX ? { code: 'too_big', message: `Must be at most ${STEP_MAX}` } : undefined;
}

function timeFlaw(value: JsonValue | undefined): Flaw | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return invalidType('string', value);
  if (TIME_WITH_ZONE.test(value) && microsFromIso(value) !== undefined) return undefined;
  return { code: 'invalid_string', message: 'Expected an ISO-8601 date and time with Z or an offset' };
}

function invalidType(expected: string, value: JsonValue | undefined): Flaw {
  if (value === undefined) return { code: 'invalid_type', message: 'Required' };
  const received = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return { code: 'invalid_type', message: `Expected ${expected}, received ${received}` };
}

interface MissingModel {
  readonly code: 'MISSING_MODEL' | 'MISSING_PROVIDER';
  readonly message: string;
  readonly problem: Problem;
}

function missingModel(event: JsonObject, prefix: string, forced: EventType | undefined): MissingModel | undefined {
  const type = forced ?? readEventType(field(event, 'eventType'));
  if (type === undefined || !NEEDS_MODEL.has(type)) return undefined;
  const metadata = asObject(field(event, 'metadata'));
  for (const name of ['model', 'provider'] as const) {
    if (asText(field(metadata, name)) !== undefined) continue;
    const path = `${prefix === '' ? '' : `${prefix}.`}metadata.${name}`;
    const message = `${path} is required for ${type}`;
    const code = name === 'model' ? 'MISSING_MODEL' : 'MISSING_PROVIDER';
    return { code, message, problem: { path, code: 'custom', message } };
  }
  return undefined;
}
