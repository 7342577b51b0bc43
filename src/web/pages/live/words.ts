/** The words filter: each word must be somewhere in the event, whatever its case. */

import { payloadText } from './payload-text.ts';
import type { TailEvent } from './tail-buffer.ts';

/** So much of a payload is looked through. */
const SEARCHED_CHARS_MAX = 20_000;

const texts = new WeakMap<TailEvent, string>();

export function holdsWords(event: TailEvent, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = textOf(event);
  return words.every((word) => text.includes(word));
}

export function wordsOf(q: string | undefined): readonly string[] {
  return (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
}

function textOf(tailEvent: TailEvent): string {
  const known = texts.get(tailEvent);
  if (known !== undefined) return known;
  const { event } = tailEvent;
  const head = [event.dialect, event.type, event.traceId, event.spanId, event.eventId, event.environment ?? ''];
  const text = `${head.join(' ')} ${payloadText(event.payload, SEARCHED_CHARS_MAX)}`.toLowerCase();
  texts.set(tailEvent, text);
  return text;
}
