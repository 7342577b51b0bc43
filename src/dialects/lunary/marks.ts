/**
 * What the vendor's API tells about a run and the trace model has no place for is kept as annotations
 * (`canonical/annotations.ts`). Clients cannot send them, so only who may write back can.
 */

import { ANNOTATION_PREFIX } from '../../canonical/annotations.ts';
import { asText, isObject, type JsonValue } from '../../canonical/json.ts';
import type { ReadSpan } from '../reader.ts';

/** The vendor's type of a run, where the kind of the span does not tell. */
export const TYPE_MARK = `${ANNOTATION_PREFIX}type`;
/** `vendorUuid` of the run and of its thread, where these are others than what was sent. */
export const UUID_MARK = `${ANNOTATION_PREFIX}uuid`;
export const THREAD_UUID_MARK = `${ANNOTATION_PREFIX}threadUuid`;
export const PUBLIC_MARK = `${ANNOTATION_PREFIX}isPublic`;
const SCORE = 'score.';

export const scoreMark = (label: string) => ANNOTATION_PREFIX + SCORE + label;

export interface Score {
  readonly label: string;
  readonly value: JsonValue;
  readonly comment: string | null;
}

export function scoresOf({ annotations }: ReadSpan): readonly Score[] {
  return Object.entries(annotations).flatMap(([name, score]) =>
    name.startsWith(SCORE) && isObject(score)
      ? [{ label: name.slice(SCORE.length), value: score.value ?? null, comment: asText(score.comment) ?? null }]
      : [],
  );
}

export function isPublic({ annotations }: ReadSpan): boolean {
  return annotations.isPublic === true;
}
