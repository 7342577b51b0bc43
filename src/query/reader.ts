/**
 * What a dialect reads back (`dialects/reader.ts`), over the store. A reader is made for one project and one dialect, and
 * each of its statements names both: no question that a route could be talked into reaches anything else.
 */

import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import { microsNow } from '../canonical/time.ts';
import { QuestionTooExpensive, type Reader, StoreAway } from '../dialects/reader.ts';
import { isPassing } from '../loader/retried.ts';
import { StoreError } from '../store/store.ts';
import { readEvents } from './reader-events.ts';
import type { Asker, ReaderParts } from './reader-rows.ts';
import { countSpans, readSpans, readSpansById, readTrace } from './reader-spans.ts';
import { readTally } from './reader-tally.ts';

export function readerFor(parts: ReaderParts, project: ProjectId, dialect: DialectName): Reader {
  const asker: Asker = { parts, project, dialect };
  return {
    trace: (traceId) => answered(readTrace(asker, traceId)),
    spansById: (spanIds) => answered(readSpansById(asker, spanIds)),
    spans: (question) => answered(readSpans(asker, question)),
    countSpans: (where) => answered(countSpans(asker, where)),
    events: (question) => answered(readEvents(asker, question)),
    tally: (question) => answered(readTally(asker, question)),
    now: microsNow,
  };
}

/** ClickHouse: the query took too long, or too much memory. */
const TOO_EXPENSIVE: readonly (number | undefined)[] = [159, 241];

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StoreError && TOO_EXPENSIVE.includes(error.code)) throw new QuestionTooExpensive(error);
    if (error instanceof StoreError && isPassing(error.code)) throw new StoreAway(error);
    throw error;
  }
}
