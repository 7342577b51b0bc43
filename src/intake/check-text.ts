/** A body as the decoders may have it: UTF-8, and not nested deeper than they can bear. */

import { isUtf8 } from 'node:buffer';
import { nestingDepth } from '../canonical/json-text.ts';
import type { Fault } from '../canonical/outcome.ts';
import { nestingDepthMax } from '../limits.ts';

export function textFault(body: Uint8Array): Fault | undefined {
  if (!isUtf8(body)) return { code: 'bad-encoding', message: 'The body is not valid UTF-8' };
  if (nestingDepth(body, nestingDepthMax + 1) > nestingDepthMax)
    return { code: 'too-deep', message: `The body may nest at most ${nestingDepthMax} levels` };
  return undefined;
}
