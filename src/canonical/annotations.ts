/**
 * What was said about a span afterwards, or about its place in its vendor's API: scores, tags given and taken, the id that
 * the vendor would show. It travels as metadata under reserved names, because it merges the same way: per name, the latest
 * wins. Readers show it apart from the metadata that clients sent.
 */

import type { JsonObject, JsonValue } from './json.ts';

/** Dialects take names like this out of what clients send, where they write any themselves. */
export const ANNOTATION_PREFIX = 'tributary.';
const TAG = 'tag.';

/** True: the tag was given afterwards. False: it was taken away, whatever the span's events say. */
export const tagAnnotation = (tag: string): string => `${ANNOTATION_PREFIX}${TAG}${tag}`;

type Metadata = Readonly<Record<string, JsonValue>>;

/** Without what is reserved. */
export function plainMetadata(metadata: JsonObject): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([name, value]) =>
      value === undefined || name.startsWith(ANNOTATION_PREFIX) ? [] : [[name, value]],
    ),
  );
}

/** Only what is reserved, under the names after the prefix. */
export function annotationsOf(metadata: Metadata): Record<string, JsonValue> {
  const reserved = Object.entries(metadata).filter(([name]) => name.startsWith(ANNOTATION_PREFIX));
  return Object.fromEntries(reserved.map(([name, value]) => [name.slice(ANNOTATION_PREFIX.length), value]));
}

/** Tags of events, with what was given and taken afterwards (`annotationsOf`); sorted. */
export function annotatedTags(tags: readonly string[], annotations: Metadata): string[] {
  const changes = Object.entries(annotations).filter(([name]) => name.startsWith(TAG));
  const namesThatAre = (state: boolean) =>
    changes.flatMap(([name, value]) => (value === state ? [name.slice(TAG.length)] : []));
  const taken = new Set(namesThatAre(false));
  return [...new Set([...tags, ...namesThatAre(true)])].filter((tag) => !taken.has(tag)).sort();
}
