/** A dead letter's request, for people to read: what it said about itself, and its body as it came. */

import { isUtf8 } from 'node:buffer';
import { asNumber, asObject, asText, field, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { maskedByName } from '../canonical/masking.ts';
import { isoFromMicros } from '../canonical/time.ts';
import type { DeadLetterRecord } from '../registry/dead-letters.ts';
import type { ShownDeadLetterBody } from './dead-letters.ts';

export function shownRecord(
  { meta, body }: DeadLetterRecord,
  bodyBytes: number,
): Pick<ShownDeadLetterBody, 'request' | 'body'> {
  return { request: shownRequest(meta), body: shownBody(body, bodyBytes) };
}

function shownRequest(text: string): ShownDeadLetterBody['request'] {
  const meta = objectOf(text);
  if (meta === undefined) return null;
  const receivedAt = asNumber(field(meta, 'receivedAt'));
  return {
    method: asText(field(meta, 'method')) ?? 'POST',
    receivedAt: receivedAt === undefined ? null : isoFromMicros(receivedAt),
    userAgent: asText(field(meta, 'userAgent')) ?? '',
    params: maskedByName(texts(field(meta, 'params'))),
    query: maskedByName(new URLSearchParams(asText(field(meta, 'query')) ?? '')),
    headers: maskedByName(texts(field(meta, 'headers'))),
  };
}

function shownBody(body: Uint8Array, bytes: number): ShownDeadLetterBody['body'] {
  const shown = Buffer.from(body.buffer, body.byteOffset, Math.min(bytes, body.byteLength));
  const isWhole = shown.length === body.byteLength;
  if (!isUtf8(body)) return { encoding: 'base64', data: shown.toString('base64'), isWhole };
  // The decoder keeps back a character that was cut. A byte order mark is part of what was sent.
  const data = new TextDecoder('utf-8', { ignoreBOM: true }).decode(shown, { stream: true });
  return { encoding: 'text', data, isWhole };
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const parsed: JsonValue = JSON.parse(text);
    return asObject(parsed);
  } catch {
    return undefined;
  }
}

function texts(value: JsonValue | undefined): [string, string][] {
  return Object.entries(asObject(value) ?? {}).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text]] : [],
  );
}
