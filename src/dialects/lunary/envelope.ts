/**
 * The envelope of a Lunary event: which keys it has, how they may be spelled, and which of the nine things it can be.
 * The vendor camel-cases every key at every depth, user data included (`protocols/lunary.md` 2.1). Here only the
 * envelope has a second spelling; what users put inside it is never renamed.
 */

import { asText, at, field, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { type Micros, readTimestamp } from '../../canonical/time.ts';

const SNAKE_CASE = {
  runId: 'run_id',
  parentRunId: 'parent_run_id',
  userId: 'user_id',
  userProps: 'user_props',
  tokensUsage: 'tokens_usage',
  threadTags: 'thread_tags',
  threadMetadata: 'thread_metadata',
  templateId: 'template_id',
  templateVersionId: 'template_version_id',
  projectId: 'project_id',
} as const;
type TwoWordKey = keyof typeof SNAKE_CASE;

type OneWordKey =
  | 'type'
  | 'event'
  | 'timestamp'
  | 'name'
  | 'input'
  | 'output'
  | 'error'
  | 'tags'
  | 'params'
  | 'extra'
  | 'metadata'
  | 'feedback'
  | 'overwrite'
  | 'message'
  | 'runtime'
  | 'app';

/** An envelope value in either spelling. Python sends every key, mostly null: null counts as absent (2.4). */
export function read(event: JsonObject, key: OneWordKey | TwoWordKey): JsonValue | undefined {
  const value = field(event, key) ?? undefined;
  return value === undefined && isTwoWordKey(key) ? (field(event, SNAKE_CASE[key]) ?? undefined) : value;
}

function isTwoWordKey(key: string): key is TwoWordKey {
  return Object.hasOwn(SNAKE_CASE, key);
}

/** What `event` may say and the vendor acts on. */
const EVENTS = ['start', 'end', 'error', 'update', 'feedback', 'chat', 'custom-event'] as const;
/** `log` is told by `type` and comes before `event` (2.3); `other` is everything that the vendor answers but drops. */
export type Phase = (typeof EVENTS)[number] | 'log' | 'other';

export function phaseOf(event: JsonObject): Phase {
  if (read(event, 'type') === 'log') return 'log';
  const name = read(event, 'event');
  return EVENTS.find((known) => known === name) ?? 'other';
}

/** The id that the event itself gives to its span: a chat message without `runId` may carry one inside. Logs have none. */
export function ownIdOf(event: JsonObject): JsonValue | undefined {
  const runId = read(event, 'runId');
  if (runId !== undefined || phaseOf(event) !== 'chat') return runId;
  return at(read(event, 'message'), 'id') ?? undefined;
}

/** The run above, as a `start` declares it. A run that names itself is a root. */
export function parentOf(event: JsonObject, runId: string): string | undefined {
  const parent = asText(read(event, 'parentRunId'));
  return parent === runId ? undefined : parent;
}

const DATE_CHARS_MAX = 100;
/** `Date.toUTCString` and `Date.toString`: the zone is written out, so `Date.parse` gives the same answer everywhere. */
const DATE_TEXT =
  /^(?:[A-Z][a-z]{2},? )?(?:\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} \d{1,2}) \d{4} \d{2}:\d{2}(?::\d{2})? (?:(?:GMT|UTC)(?:[+-]\d{4})?|[+-]\d{4})(?: \([^()]*\))?$/;

/**
 * The sender's time. Numbers are milliseconds, whatever their size: epoch seconds become 1970, as at the vendor, and
 * numeric strings are no time (2.1). `undefined` when there is none.
 */
export function sentAtOf(event: JsonObject): Micros | undefined {
  const value = read(event, 'timestamp');
  const time = readTimestamp(value);
  if (time !== undefined || typeof value !== 'string') return time;
  const text = value.trim();
  return text.length <= DATE_CHARS_MAX && DATE_TEXT.test(text) ? readTimestamp(Date.parse(text)) : undefined;
}
