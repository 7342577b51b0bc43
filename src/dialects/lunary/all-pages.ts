/** Questions whose answers have more rows than a page: asked page by page, up to a bound. */

import { microsFromIso } from '../../canonical/time.ts';
import { pageRowsMax } from '../../limits.ts';
import type { Condition, Reader, ReadSpan, Tally, TallyQuestion } from '../reader.ts';

/** Every group, the first `max` of them, up to the page with one that is past what is wanted. */
export async function allGroups(
  reader: Reader,
  question: Omit<TallyQuestion, 'limit' | 'offset'>,
  max: number,
  isPast: (tally: Tally) => boolean = () => false,
): Promise<readonly Tally[]> {
  const found: Tally[] = [];
  while (found.length < max) {
    const limit = Math.min(pageRowsMax, max - found.length);
    const { groups, total } = await reader.tally({ ...question, limit, offset: found.length });
    found.push(...groups);
    if (groups.length === 0 || found.length >= total || groups.some(isPast)) break;
  }
  return found;
}

/**
 * Every span, newest first. Each page begins where the last one ended in time, not at an offset: what arrives meanwhile
 * moves nothing, and the last page costs what the first one does.
 */
export async function* allSpans(
  reader: Reader,
  where: Condition,
  pageRows = pageRowsMax,
): AsyncGenerator<readonly ReadSpan[]> {
  let until: Condition = { all: [] };
  let [lastStart, atLastStart]: [string, string[]] = ['', []];
  for (;;) {
    const page = await reader.spans({ where: { all: [where, until] }, limit: pageRows, offset: 0 });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    if (last.startTime !== lastStart) [lastStart, atLastStart] = [last.startTime, []];
    atLastStart.push(...page.filter((span) => span.startTime === lastStart).map((span) => span.spanId));
    const value = microsFromIso(lastStart) ?? 0;
    until = { all: [{ field: 'start', op: 'lte', value }, { not: { field: 'spanId', in: atLastStart } }] };
  }
}
