/** A span as the vendor's API shows a run (`protocols/lunary.md` 3.1). */

import { asText, field, isObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import type { ReadSpan } from '../reader.ts';
import { vendorUuid } from './ids.ts';
import { isPublic, type Score, scoresOf } from './marks.ts';
import { type ChatMessage, messagesOf } from './message.ts';
import type { UserBody } from './people.ts';
import { intervalText, isoMs } from './time.ts';
import { typeOf } from './types.ts';

export interface RunBody {
  readonly id: string;
  readonly projectId: string | null;
  readonly parentRunId: string | null;
  readonly isPublic: boolean;
  readonly feedback: JsonObject | null;
  readonly type: string | null;
  readonly name: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
  /** `HH:MM:SS.mmm`. */
  readonly duration: string | null;
  readonly templateVersionId: number | string | null;
  readonly templateSlug: null;
  /** USD. */
  readonly cost: number | null;
  readonly tokens: {
    readonly prompt: number | null;
    readonly cachedPrompt: number;
    readonly completion: number | null;
    readonly total: number;
  };
  readonly toxicity: { readonly input: JsonObject; readonly output: JsonObject };
  readonly tags: readonly string[] | null;
  readonly input: JsonValue;
  readonly output: JsonValue;
  readonly error: JsonValue;
  readonly status: 'started' | 'success' | 'error' | null;
  readonly params: JsonValue;
  readonly metadata: JsonObject | null;
  readonly user: UserBody | null;
  readonly scores: readonly Score[];
}

/** What a run's own span does not tell. */
export interface Around {
  readonly projectId?: string | undefined;
  readonly users: ReadonlyMap<string, UserBody>;
}

export function runBody(span: ReadSpan, { projectId, users }: Around): RunBody {
  const { tags, metadata } = span;
  const user = span.userId === null ? undefined : users.get(span.userId);
  const parent = span.parentSpanId ?? span.sessionId;
  const isInThread = span.parentSpanId === null && span.sessionId !== span.spanId;
  return {
    id: vendorUuid(span.spanId),
    projectId: projectId ?? null,
    parentRunId: parent === null || (span.parentSpanId === null && !isInThread) ? null : vendorUuid(parent),
    isPublic: isPublic(span),
    feedback: span.feedback,
    type: typeOf(span),
    name: span.kind === 'message' ? null : span.name,
    createdAt: isoMs(span.startTime),
    endedAt: span.endTime === null ? null : isoMs(span.endTime),
    duration: span.durationMs === null ? null : intervalText(span.durationMs),
    templateVersionId: templateOf(metadata),
    templateSlug: null,
    cost: span.costUsd,
    tokens: tokensOf(span),
    toxicity: { input: {}, output: {} },
    tags: tags.length === 0 ? null : tags,
    ...saidOf(span),
    error: span.error === null ? null : { ...span.error },
    status: statusOf(span),
    params: span.params ?? {},
    metadata: Object.keys(metadata).length === 0 ? null : metadata,
    user: user ?? null,
    scores: scoresOf(span),
  };
}

/** `cachedPrompt` is what the client reported: for Anthropic, writes to the cache and reads from it. */
export function tokensOf({ usage }: ReadSpan): RunBody['tokens'] {
  return {
    prompt: usage?.inputTokens ?? null,
    cachedPrompt: (usage?.cacheReadTokens ?? 0) + (usage?.cacheWriteTokens ?? 0),
    completion: usage?.outputTokens ?? null,
    total: usage?.totalTokens ?? 0,
  };
}

const STATUS: Readonly<Record<string, RunBody['status']>> = { ok: 'success', error: 'error' };

/** Messages and custom events happen; they do not succeed. */
function statusOf({ kind, status }: ReadSpan): RunBody['status'] {
  return kind === 'message' || kind === 'event' ? null : (STATUS[status] ?? 'started');
}

/** A message is a list of one message on its side, as the vendor keeps exchanges. */
function saidOf(span: ReadSpan): { input: JsonValue; output: JsonValue } {
  if (span.kind !== 'message' || span.name === null)
    return { input: unwrapped(span.input, 'input'), output: unwrapped(span.output, 'output') };
  const list = (side: ChatMessage['side']) => {
    const messages = messagesOf(span).filter((said) => said.side === side);
    return messages.length === 0 ? null : messages.map((said): JsonValue => ({ ...said.message }));
  };
  return { input: list('input'), output: list('output') };
}

function unwrapped(value: JsonValue, wrapper: string): JsonValue {
  if (!isObject(value) || Object.keys(value).length !== 1) return value;
  return field(value, wrapper) ?? value;
}

function templateOf(metadata: JsonObject): number | string | null {
  const id = field(metadata, 'templateVersionId') ?? field(metadata, 'templateId');
  const text = typeof id === 'number' ? String(id) : asText(id);
  if (text === undefined) return null;
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}
