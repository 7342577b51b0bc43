/**
 * Regular expressions of a project run on RE2: time is linear in the text, whatever the expression. What RE2 does not
 * know (back references, look-around) is refused. The size of the compiled program bounds the time per character.
 */

import { RE2JS } from 're2js';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import { redactionMatchCharsMax, redactionPatternCharsMax, redactionProgramMax } from '../limits.ts';
import type { Found, Pattern } from './finding.ts';

export function ownPattern(source: string): Outcome<Pattern> {
  if (source === '') return refuse('invalid-event', 'The pattern is empty');
  if (source.length > redactionPatternCharsMax)
    return refuse('invalid-event', `A pattern may have at most ${redactionPatternCharsMax} characters`);
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(source);
  } catch (error) {
    return refuse('invalid-event', error instanceof Error ? error.message : 'The pattern is not valid');
  }
  if (expression.programSize() > redactionProgramMax)
    return refuse('invalid-event', 'The pattern is too large: repeat less, or say less');
  if (expression.matcher('').find()) return refuse('invalid-event', 'The pattern matches the empty text');
  return ok({
    find: (text) => find(expression, text),
    mayOccurIn: () => true,
    charsMin: 1,
    canonical: (value) => value,
    matchCharsMax: redactionMatchCharsMax,
  });
}

function find(expression: RE2JS, text: string): Found[] {
  const found: Found[] = [];
  const matcher = expression.matcher(text);
  while (matcher.find()) {
    const [from, to] = [matcher.start(), matcher.end()];
    if (from < to) found.push({ from, to });
  }
  return found;
}
