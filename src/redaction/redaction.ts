/**
 * A request without what its project's rules take out of it. It stands before everything that keeps anything: the log,
 * dead letters and the registry see only what comes out here.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import type { EventRoute, IntakeRequest, RequestHead, ResourceRoute } from '../dialects/dialect.ts';
import { bodyBytesMax } from '../limits.ts';
import type { NewRedactionRule, RedactionRule, Redactions } from '../registry/redaction.ts';
import { applied } from './edits.ts';
import { isId, isStructural } from './event-members.ts';
import { stepped } from './field-path.ts';
import { jsonEdits } from './redact-json.ts';
import { longPatternEdits } from './redact-text.ts';
import { type CompiledRules, compile } from './rules.ts';
import { Work } from './work.ts';

/** A request with the bytes that are logged as its body. */
export interface Redacted {
  readonly request: IntakeRequest;
  readonly body: Buffer;
}

/** Longer work is done in turns with others. */
const TURN_MS = 5;
/** Any character of ASCII may be written like this, also inside a string inside a string. */
const ESCAPED_ASCII = /\\u00[2-7]/i;

export class Redaction {
  readonly #kept: Pick<Redactions, 'rules' | 'hashKey'>;
  /** By the list that they were made of, which changes whenever a rule does. */
  readonly #compiled = new WeakMap<readonly RedactionRule[], CompiledRules>();

  constructor(kept: Pick<Redactions, 'rules' | 'hashKey'>) {
    this.#kept = kept;
  }

  /** `undefined` for a project without rules: nothing is done then. */
  of(projectId: ProjectId): CompiledRules | undefined {
    const rules = this.#kept.rules(projectId);
    if (rules.length === 0) return undefined;
    let compiled = this.#compiled.get(rules);
    if (compiled === undefined) {
      compiled = compile(rules, this.#kept.hashKey(projectId));
      this.#compiled.set(rules, compiled);
    }
    return compiled;
  }

  async apply(
    projectId: ProjectId,
    route: EventRoute | ResourceRoute,
    request: IntakeRequest,
    body: Buffer,
  ): Promise<Outcome<Redacted>> {
    const rules = this.of(projectId);
    if (rules === undefined) return ok({ request, body });
    const head = await inTurns(redactedHead(request.head, route, rules));
    const text = await redactedText(request.text, rules);
    if (text === request.text) return ok({ request: { ...request, head }, body });
    // What is no JSON is no event. A route that does not look at its body would log it: nothing is logged of it.
    if (text === undefined) return ok({ request: { ...request, head }, body: Buffer.alloc(0) });
    const shorter = Buffer.from(text);
    if (shorter.length > bodyBytesMax) return refuse('too-large', 'The body is too large after its redaction');
    return ok({ request: { ...request, head, text }, body: shorter });
  }
}

/** The same text when there is nothing to take out; `undefined` when it is no JSON, so that nobody can tell. */
async function redactedText(text: string, rules: CompiledRules): Promise<string | undefined> {
  if (text === '') return text;
  const work = workFor(text, rules);
  if (work.patterns.length === 0 && rules.fields.length === 0) return text;
  if (!isJson(text)) return undefined;
  const edits = await inTurns(jsonEdits(text, work));
  return edits.length === 0 ? text : applied(text, edits);
}

/** Most bodies hold nothing that looks like most patterns, and a look at the whole body is cheaper than at its strings. */
function workFor(text: string, rules: CompiledRules): Work {
  if (ESCAPED_ASCII.test(text)) return new Work(rules);
  return new Work(
    rules,
    rules.patterns.filter(({ pattern }) => pattern.mayOccurIn(text)),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Parameters of the path and of the query and the headers that are logged, as if they were members of an event. */
function* redactedHead(
  head: RequestHead,
  route: EventRoute | ResourceRoute,
  rules: CompiledRules,
): Generator<void, RequestHead> {
  const work = new Work(rules);
  const params: Record<string, string> = {};
  for (const [name, value] of Object.entries(head.params)) params[name] = yield* redactedParameter(name, value, work);
  const query = new URLSearchParams();
  for (const [name, value] of head.query)
    query.append(yield* redactedParameter('', name, work), yield* redactedParameter(name, value, work));
  const headers: Record<string, string | undefined> = { ...head.headers };
  for (const name of [...(route.kind === 'events' ? route.loggedHeaders : []), 'user-agent']) {
    const value = head.headers[name];
    if (value !== undefined) headers[name] = yield* redactedParameter(name, value, work);
  }
  return { ...head, params, query, headers };
}

function* redactedParameter(name: string, value: string, work: Work): Generator<void, string> {
  const { matched } = stepped(work.rules.fields, { name });
  const holdsId = isId(name);
  if (matched !== undefined && !isStructural(name) && value !== '')
    return work.rules.replacement(matched, value, holdsId);
  return applied(value, yield* longPatternEdits(value, holdsId, work));
}

/** Runs work to its end, and lets others have the thread in between when it takes long. */
async function inTurns<T>(work: Generator<void, T>): Promise<T> {
  let startedAt = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() - startedAt < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    startedAt = performance.now();
  }
}

/** What rules make of a text that is tried out: JSON as a body, everything else as plain text. */
export async function tryOut(
  text: string,
  rules: readonly NewRedactionRule[],
  hashKey: Uint8Array,
): Promise<{ text: string; isJson: boolean; counts: ReadonlyMap<string, number> }> {
  const compiled = compile(rules, hashKey);
  const work = new Work(compiled);
  const json = isJson(text);
  const edits = await inTurns(json ? jsonEdits(text, work) : longPatternEdits(text, false, work));
  return { text: applied(text, edits), isJson: json, counts: work.counts };
}
