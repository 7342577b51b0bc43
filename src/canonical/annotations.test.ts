import { expect, it } from 'vitest';
import { annotatedTags, annotationsOf, plainMetadata, tagAnnotation } from './annotations.ts';

const METADATA = {
  mine: 1,
  'tributary.score.a': { value: 1 },
  [tagAnnotation('new')]: true,
  [tagAnnotation('old')]: false,
};

it('are kept apart from what clients sent', () => {
  expect(plainMetadata(METADATA)).toEqual({ mine: 1 });
  expect(annotationsOf(METADATA)).toEqual({ 'score.a': { value: 1 }, 'tag.new': true, 'tag.old': false });
});

it('give tags and take them', () => {
  expect(annotatedTags(['stays', 'old'], annotationsOf(METADATA))).toEqual(['new', 'stays']);
  expect(annotatedTags(['b', 'a', 'b'], {})).toEqual(['a', 'b']);
});
