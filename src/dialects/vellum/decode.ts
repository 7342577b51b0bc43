/**
 * Request body to events: one object or a list. A list is all or nothing: one bad event refuses the request, and the
 * answer names every bad index. Neither client sends a 400 again, so only what the model cannot hold is refused:
 * the envelope, the required body fields and broken span parents. Source of the rules: `protocols/vellum.md` 7, 8, 13.
 */

import { asText, field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { type Fault, type Problem, refuse } from '../../canonical/outcome.ts';
import { microsFromIso } from '../../canonical/time.ts';
import { eventsPerRequestMax, idCharsMax } from '../../limits.ts';
import type { Decoded, DecodedItem } from '../dialect.ts';
import { parseJson } from '../parse-json.ts';
import { definitionField, type Phase, readEventName, type Subject } from './event-name.ts';
import { brokenLink } from './parents.ts';

/** Bad events described in one answer; all of them are counted. */
const BAD_EVENTS_LISTED_MAX = 100;

/** What is wrong with a value, or `undefined` when it will do. */
type Check = (value: JsonValue | undefined) => string | undefined;

interface Rule {
  readonly name: string;
  readonly check: Check;
  /** Fields of the value, looked at once the value itself will do. */
  readonly inner?: readonly Rule[];
}

const SEVERITIES = ['DEBUG', 'INFO', 'WARNING', 'ERROR'];

const anObject = check('must be an object', isObject);
const aList = check('must be a list', Array.isArray);
const aString = check('must be a string', (value) => typeof value === 'string');
const aName = check('must be a non-empty string', (value) => asText(value) !== undefined);
const aTime = check('must be an ISO-8601 time', (value) => microsFromIso(asText(value) ?? '') !== undefined);
const aSeverity = check(`must be one of ${SEVERITIES.join(', ')}`, (value) => SEVERITIES.includes(asText(value) ?? ''));
const anId = check(`must be a string of 1 to ${idCharsMax} characters`, (value) => {
  const length = asText(value)?.length ?? 0;
  return length > 0 && length <= idCharsMax;
});

function check(message: string, holds: (value: JsonValue | undefined) => boolean): Check {
  return (value) => (holds(value) ? undefined : value === undefined ? 'is required' : message);
}

const ENVELOPE: readonly Rule[] = [
  { name: 'id', check: anId },
  { name: 'trace_id', check: anId },
  { name: 'span_id', check: anId },
  { name: 'name', check: anId },
  { name: 'timestamp', check: aTime },
  { name: 'body', check: anObject },
];

const BODY: Record<Phase, readonly Rule[]> = {
  initiated: [{ name: 'inputs', check: anObject }],
  streaming: [{ name: 'output', check: anObject, inner: [{ name: 'name', check: aName }] }],
  fulfilled: [{ name: 'outputs', check: anObject }],
  rejected: [
    {
      name: 'error',
      check: anObject,
      inner: [
        { name: 'message', check: aString },
        { name: 'code', check: aName },
      ],
    },
  ],
  paused: [],
  resumed: [],
  snapshotted: [{ name: 'state', check: anObject }],
  log: [
    { name: 'severity', check: aSeverity },
    { name: 'message', check: aString },
  ],
};

/** Every body says which class ran; a paused workflow, unlike a paused node, also what it waits for. */
function bodyRules(subject: Subject): Record<Phase, readonly Rule[]> {
  const definition = { name: definitionField(subject), check: anObject, inner: [{ name: 'name', check: aName }] };
  const paused = subject === 'workflow' ? [{ name: 'external_inputs', check: aList }] : [];
  return {
    initiated: [definition, ...BODY.initiated],
    streaming: [definition, ...BODY.streaming],
    fulfilled: [definition, ...BODY.fulfilled],
    rejected: [definition, ...BODY.rejected],
    paused: [definition, ...paused],
    resumed: [definition],
    snapshotted: [definition, ...BODY.snapshotted],
    log: [definition, ...BODY.log],
  };
}

const RULES = { workflow: bodyRules('workflow'), node: bodyRules('node') };

export function decode(request: { readonly text: string }): Decoded {
  const parsed = parseJson(request.text);
  if (!parsed.ok) return parsed;
  if (Array.isArray(parsed.value)) return decodeList(parsed.value);
  if (!isObject(parsed.value))
    return refuse('invalid-event', 'The body must be an event or a list of events', [
      { path: '', message: 'must be an object or a list' },
    ]);
  const problems = eventProblems(parsed.value, '');
  if (problems.length > 0) return { ok: false, fault: invalid(problems, 1, 1) };
  return { ok: true, items: [{ ok: true, value: parsed.value }] };
}

function decodeList(events: readonly JsonValue[]): Decoded {
  if (events.length > eventsPerRequestMax)
    return refuse('too-many-events', `A request holds at most ${eventsPerRequestMax} events`);
  const items: DecodedItem[] = [];
  const listed: Problem[] = [];
  let bad = 0;
  for (const [index, event] of events.entries()) {
    const problems = isObject(event) ? eventProblems(event, `[${index}].`) : [notAnObject(index)];
    if (problems.length > 0) {
      bad += 1;
      if (bad <= BAD_EVENTS_LISTED_MAX) listed.push(...problems);
    } else if (isObject(event)) items.push({ ok: true, value: event });
  }
  return bad > 0 ? { ok: false, fault: invalid(listed, bad, events.length) } : { ok: true, items };
}

function notAnObject(index: number): Problem {
  return { path: `[${index}]`, message: 'must be an object' };
}

function invalid(problems: readonly Problem[], bad: number, total: number): Fault {
  const [first] = problems;
  const example = first === undefined ? '' : `: ${first.path} ${first.message}`;
  return {
    code: 'invalid-event',
    message: `${bad} of ${total} events invalid, nothing was stored${example}`,
    problems,
  };
}

/** `prefix` is where the event stands in the request: `[3].`, or nothing for a single event. */
function eventProblems(event: JsonObject, prefix: string): readonly Problem[] {
  const problems: Problem[] = [];
  collect(event, ENVELOPE, prefix, problems);
  const link = brokenLink(event, anId);
  if (link !== undefined) problems.push({ path: prefix + link.path, message: link.message });
  const body = field(event, 'body');
  const name = readEventName(asText(field(event, 'name')) ?? '');
  if (name !== undefined && isObject(body)) collect(body, RULES[name.subject][name.phase], `${prefix}body.`, problems);
  return problems;
}

function collect(object: JsonObject, rules: readonly Rule[], prefix: string, problems: Problem[]): void {
  for (const { name, check: checkValue, inner } of rules) {
    const value = field(object, name);
    const message = checkValue(value);
    if (message !== undefined) problems.push({ path: prefix + name, message });
    else if (inner !== undefined && isObject(value)) collect(value, inner, `${prefix}${name}.`, problems);
  }
}
