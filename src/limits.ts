/** Every bound of the server, with its unit, related to each other by assertions. `docs/guide/limits.md` lists them. */

import assert from 'node:assert/strict';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Request body after decompression. Lunary's own server takes 20 MiB, the largest of the five. */
export const bodyBytesMax = 20 * MiB;
/** A body has to arrive within this time, or the request is ended with 408. */
export const bodyReadMsMax = 30_000;
/** Bodies held in memory at once, all requests together; above it, new requests get 503. */
export const bodiesInFlightBytesMax = 256 * MiB;
/** Bodies unpacked at once; the others wait their turn. */
export const decompressionsMax = 4;
/** After a refusal the rest of the body is read and forgotten for this long, so that the answer arrives. */
export const refusedBodyMsMax = 5_000;
/** Arrays and objects inside one another. The deepest genuine payload seen is about 40. */
export const nestingDepthMax = 512;
/** Events in one request. The Python Lunary client sends its whole queue as one array. */
export const eventsPerRequestMax = 100_000;
/** An id, a name, a model: anything that is looked up. Longer ones are refused where the protocol has a bound. */
export const idCharsMax = 1024;

/** A log segment is closed at this size. */
export const segmentBytesMax = 64 * MiB;
/** Records written and synced together. */
export const groupCommitBytesMax = 8 * MiB;
/** Accepted but not yet stored; above it intake answers 503 until the loader has caught up. */
export const logBacklogBytesMax = 2048 * MiB;

/** One write to the store: whatever is reached first. */
export const loadBatchEventsMax = 10_000;
export const loadBatchBytesMax = 32 * MiB;
/** A lone event waits at most this long for company before it is written. */
export const loadIntervalMs = 200;
/** Event ids remembered to drop repeated deliveries without asking the store. */
export const recentEventIdsMax = 200_000;
/** Spans whose trace is remembered; older ones are asked from the store. */
export const knownSpansMax = 200_000;
/** Records whose decoding or storing failed are kept here until somebody retries or discards them. */
export const deadLettersMax = 100_000;

/** Text that is tokenized to count what a client did not; a longer one is counted by its first part, as an estimate. */
export const countedCharsMax = 2_000_000;
/** Spans that wait to be counted or compared with their parents; the rest is found again in the store. */
export const enrichSpansMax = 50_000;
/** Spans that one step of a re-pricing reads. */
export const repricedSpansMax = 20_000;
/** Own prices of one project. */
export const ownPricesMax = 1000;
/** Models of projects whose price is remembered; with more, all are looked up again. */
export const knownPricesMax = 10_000;
/** Re-pricings of one project that run or wait. */
export const repricingsMax = 10;

export const pageRowsMax = 1000;
export const pageRowsDefault = 50;
/** Spans that `GET /traces/{id}` returns. */
export const traceSpansMax = 20_000;
/** Aliases that the loader follows in memory; what it does not reach, reads do. */
export const aliasHopsMax = 64;
/** Aliases that one read follows; each one was a parent that came after its child. */
export const aliasRowsMax = 100_000;
/** Aliases that travel in a statement; with more, the statement follows them itself. */
export const carriedAliasesMax = 1000;
/** Listed with an agent, the latest first. */
export const versionsPerAgentMax = 100;
export const agentNamesPerSessionMax = 100;
/** Prices listed with a model. */
export const priceIdsPerModelMax = 100;
/** Points of a time series, and groups in it; the rest is the group "other". */
export const bucketsMax = 2000;
export const groupsMax = 20;
/** Groups that one report of a vendor's API adds up: users, names, buckets times names. */
export const reportRowsMax = 20_000;
/** Traces looked through for messages that agents answer, the newest first. */
export const messageTracesMax = 10_000;
/** Spans that one request deletes. */
export const erasedSpansMax = 100_000;
/** Tags that one request gives to a run. */
export const tagsPerRunMax = 1000;
/** A search for traces that finds little ends its page after this time, with a cursor to go on. */
export const searchMsMax = 5_000;
export const queryMsMax = 30_000;
export const queryMemoryBytesMax = 2048 * MiB;
/** One statement with the ids that it asks about. */
export const statementBytesMax = 64 * MiB;
/** Parallel reads of the embedded engine. One session runs one query at a time. */
export const readSessions = 3;

assert(bodyBytesMax * 3 <= segmentBytesMax, 'a segment holds at least three of the largest bodies');
assert(bodyBytesMax <= loadBatchBytesMax, 'the largest body fits one batch');
assert(bodyBytesMax * 4 <= bodiesInFlightBytesMax, 'a few of the largest bodies fit in memory');
assert(segmentBytesMax * 4 <= logBacklogBytesMax, 'the backlog spans several segments');
