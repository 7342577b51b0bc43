/**
 * What the vendor calls a trace: an agent or a chain with nothing above it, or with a chat message above it
 * (`protocols/lunary.md` 3.2).
 */

import { messageTracesMax } from '../../limits.ts';
import type { Condition, Reader } from '../reader.ts';
import { hasType } from './types.ts';

const TOP_KINDS: Condition = { any: [hasType('agent'), hasType('chain')] };
const TRACES_AT_ONCE = 1000;

export async function traceRoots(reader: Reader): Promise<Condition> {
  const messages = await messagesWithRuns(reader);
  const isOnTop: Condition =
    messages.length === 0 ? { isRoot: true } : { any: [{ isRoot: true }, { field: 'parentSpanId', in: messages }] };
  return { all: [TOP_KINDS, isOnTop] };
}

/** A message has nothing above it, so it gives its id to the trace of what is below it. */
async function messagesWithRuns(reader: Reader): Promise<readonly string[]> {
  const where: Condition = { all: [TOP_KINDS, { isRoot: false }] };
  const found: string[] = [];
  for (let offset = 0; offset < messageTracesMax; offset += TRACES_AT_ONCE) {
    const { groups, total } = await reader.tally({ where, by: ['traceId'], limit: TRACES_AT_ONCE, offset });
    const ids = groups.flatMap(({ group: [traceId] }) => traceId ?? []);
    const isMessage: Condition = {
      all: [
        { field: 'spanId', in: ids },
        { field: 'kind', in: ['message'] },
      ],
    };
    if (ids.length > 0)
      found.push(
        ...(await reader.spans({ where: isMessage, limit: ids.length, offset: 0 })).map((span) => span.spanId),
      );
    if (offset + groups.length >= total) break;
  }
  return found;
}
