/** Every bound of the server, with its unit, related to each other by assertions. `docs/guide/limits.md` lists them. */

import assert from 'node:assert/strict';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Request body after decompression. Lunary's own server takes 20 MiB, the largest of the five. */
export const bodyBytesMax = 20 * MiB;
/** A body has to arrive within this time, or the request is ended with 408. */
export const bodyReadMsMax = 30_000;
/** Bodies held in memory at once, all requests together; above it, new requests wait, then get 503. */
export const bodiesInFlightBytesMax = 256 * MiB;
/** Of those, at most this much for one project, and as much for all that name theirs only in the body. */
export const projectBodiesBytesMax = bodiesInFlightBytesMax / 2;
/** A body for which there is no room waits this long, unread, before it is refused. */
export const bodyRoomMsMax = 3_000;
/** Bodies being decoded or waiting for the disk; the others wait their turn. Decoded, they are some times as large. */
export const workingBytesMax = 64 * MiB;
/** Of those, for one project while another one sends, too. */
export const fairShareBytesMax = 1 * MiB;
/** Decoded in one go while several projects send: so long another one's request waits for the thread. */
export const fairSliceBytesMax = 64 * KiB;
/** Bodies of at least this size are decoded on another thread. */
export const largeBodyBytesMin = 128 * KiB;
/** Of the memory that the process may have, and of its heap: above it no new body is taken. */
export const memoryFullShare = 0.9;
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

/** Open connections, in all; more than a proxy in front opens, fewer than the files that a process may have open. */
export const connectionsMax = 8_192;
/** Of those, from one address: one sender cannot take them all, and a proxy in front of many has enough. */
export const connectionsPerAddressMax = connectionsMax / 2;
/** The URL and all headers of a request together. */
export const headerBytesMax = 16 * KiB;
/** A place in a list, in a URL: the longest id, each character of it escaped in JSON (6 bytes), in base64. */
export const cursorCharsMax = 12 * KiB;
/** The headers have to arrive within this time, also the first byte of them. */
export const headersReadMsMax = 15_000;

/**
 * What one project may send, unless it has bounds of its own (registry/limits.ts). The rates are above what the server
 * can answer: clients of most vendors lose what is refused, so by default nothing is refused for being frequent.
 */
export const requestsPerSecondDefault = 20_000;
export const requestBurstDefault = 20_000;
export const bytesPerSecondDefault = 512 * MiB;
/** Requests of one project that are being received or wait for their answer; above it 429. */
export const requestsInFlightDefault = 4_000;
/** The largest number that a bound may be raised to. */
export const raisedBoundMax = 2 ** 40;
/** Projects and keys whose rates are remembered; the one that was quiet the longest is forgotten, and starts anew. */
export const rateCountersMax = 10_000;

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
/** And when many come; what is accepted is to be visible within a second. */
export const loadIntervalBusyMs = 400;
/** Event ids remembered to drop repeated deliveries without asking the store. */
export const recentEventIdsMax = 200_000;
/** Spans whose trace is remembered; older ones are asked from the store. */
export const knownSpansMax = 200_000;
/** Records whose decoding or storing failed are kept here until somebody retries or discards them. */
export const deadLettersMax = 100_000;
/** Discarded ones of which it is remembered who discarded them; the oldest are forgotten. */
export const discardedDeadLettersMax = 1_000_000;
/** Letters that one request retries or discards; its answer has a cursor to go on. */
export const deadLettersPerRequestMax = 1000;
/** So much of the body of a letter is shown unless more is asked for. */
export const shownBodyBytesDefault = 64 * KiB;
/** Refused requests that are remembered of each project, the latest; and of how many projects. */
export const refusedRequestsPerProjectMax = 50;
export const refusedRequestProjectsMax = 200;
/** So much of the body of a refused request is remembered. */
export const refusedBodyBytesMax = 2 * KiB;
/** Damaged stretches of the log that are listed, the latest. */
export const quarantinedRegionsListedMax = 1000;
/** Entries of the audit log are kept for three years. */
export const auditRetentionDays = 1095;
/** An entry of the audit log holds so much of what was asked for. */
export const auditDetailCharsMax = 2000;
/** Attempts of one key that may not administrate, per minute: more of them are not written into the audit log. */
export const refusedAuditEntriesPerMinuteMax = 30;

/** Text that is tokenized to count what a client did not; a longer one is counted by its first part, as an estimate. */
export const countedCharsMax = 2_000_000;
/** Spans that wait to be counted or compared with their parents; the rest is found again in the store. */
export const enrichSpansMax = 50_000;
/** The longest that a retention can be set to: 100 years. */
export const retentionDaysMax = 36_500;
/** How often expired traces are looked for. */
export const retentionIntervalMs = 3_600_000;
/** Traces that one statement removes, by count and by the bytes of their ids: each one writes parts of tables anew. */
export const removedTracesMax = 50_000;
export const removedIdsBytesMax = 2 * MiB;
/** Traces of a user or a session that are looked at together. */
export const foundTracesMax = 2_000;
/** Runs of retention that are remembered for each project. */
export const retentionRunsMax = 100;
/** Deletions of one project that wait or run. */
export const deletionsMax = 1_000;
/** Spans that one step of a re-pricing reads. */
export const repricedSpansMax = 20_000;
/** Own prices of one project. */
export const ownPricesMax = 1000;
/** Models of projects whose price is remembered; with more, all are looked up again. */
export const knownPricesMax = 10_000;
/** Re-pricings of one project that run or wait. */
export const repricingsMax = 10;

/** Redaction rules of one project, and regular expressions of its own among them. */
export const redactionRulesMax = 100;
export const redactionPatternsMax = 20;
/** An own regular expression: its text, the program it becomes, and what it can match. */
export const redactionPatternCharsMax = 256;
export const redactionProgramMax = 1000;
export const redactionMatchCharsMax = 4096;
/** JSON text inside strings of JSON text is looked into so many times; deeper, it is plain text. */
export const redactionStringDepthMax = 8;

/** Live streams of stored events: of one project, and in all. */
export const liveStreamsPerProjectMax = 50;
export const liveStreamsMax = 500;
/** A live stream that has nothing to say says so this often, and looks whether its key still holds. */
export const liveHeartbeatMs = 15_000;
/** A live stream looks for new events at most this often. */
export const liveIntervalMs = 100;
/** Events that a live stream reads and sends at once; beyond the bytes, fewer. */
export const liveBatchEventsMax = 100;
export const liveBatchBytesMax = 1 * MiB;
/** A live stream whose client takes nothing for so long is ended; it can go on where it was. */
export const liveStalledMsMax = 60_000;
/** Newest events of each vendor that are looked through for fields that no span shows. */
export const unmappedEventsPerDialectMax = 300;
/** Of those, no larger ones: each is mapped once for every field that it has. */
export const unmappedEventBytesMax = 64 * KiB;
/** Read from the store at once, on the thread that answers requests. */
export const unmappedReadBytesMax = 1 * MiB;
/** Looking ends after this time, and what was found is told. */
export const unmappedMsMax = 3_000;
/** It leaves the thread to others after this time, for as long. */
export const unmappedSliceMs = 10;
/** Of one event: fields that are looked at, and how deep they may stand. */
export const unmappedPathsMax = 400;
export const unmappedDepthMax = 8;
/** Questions for unmapped fields that wait for the one that is being answered. */
export const unmappedWaitingMax = 10;
/** An object with more members than this is taken for a map, whose keys are no fields. */
export const unmappedMembersMax = 64;
/** Forms of events whose unmapped fields are remembered. */
export const unmappedShapesMax = 500;

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
/** Traces that last over the end of an hour and travel in a statement; with more, the statement looks for them itself. */
export const carriedTracesMax = 5000;
/** Traces that a question is about and that travel in its statement, and their keys together; with more, it looks for them itself. */
export const carriedKeysMax = 500;
export const carriedKeyCharsMax = 32 * 1024;
/** Listed with an agent, the latest first. */
export const versionsPerAgentMax = 100;
/** Read with a page of agents, whichever they are of; few projects have more, and those of the page are read then. */
export const versionsAtOnceMax = 2_000;
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
/** Values of the filters in one query, all together. */
export const filterPartsMax = 200;
/** Values of one filter of the own API: a trace that has any of them matches. */
export const filterValuesMax = 50;
/** Traces of an export that are in memory at once. */
export const exportPageRows = 1000;
/** Models listed with a trace. */
export const modelsPerTraceMax = 20;
/** Values that are counted for one field of a facet. */
export const facetValuesDefault = 20;
export const facetValuesMax = 100;
/** Rows of spans that facets are counted over, the newest: about 10 000 traces, in a third of a second. */
export const facetRowsMax = 100_000;
/** Rows that are looked through for those that the filters leave. */
export const facetSearchedRowsMax = facetRowsMax * 15;
/** Spans that one request asks by their ids. */
export const namedSpansMax = 100;
/** So much of the message of an error is shown in lists, and compared to find equal ones. */
export const errorMessageCharsMax = 500;
export const comparedErrorCharsMax = 2000;
/** Tags that one request gives to a run. */
export const tagsPerRunMax = 1000;
/** A search for traces that finds little ends its page after this time, with a cursor to go on. */
export const searchMsMax = 5_000;
export const queryMsMax = 30_000;
export const queryMemoryBytesMax = 2048 * MiB;
/** One statement with the ids that it asks about. */
export const statementBytesMax = 64 * MiB;
/** Answers to what questions ask first, until something is stored, at most so long: a batch may be written in part for a while. */
export const recalledAnswersMax = 1000;
export const recalledMsMax = 2_000;
/** Larger ones are not kept. */
export const recalledRowsMax = 100;
export const recalledKeyCharsMax = 4096;
/** Parallel reads of the embedded engine. One session runs one query at a time. */
export const readSessions = 3;

assert((idCharsMax * 6 * 4) / 3 < cursorCharsMax && cursorCharsMax < headerBytesMax, 'every page can be asked for');
assert(bodyBytesMax * 3 <= segmentBytesMax, 'a segment holds at least three of the largest bodies');
assert(bodyBytesMax <= loadBatchBytesMax, 'the largest body fits one batch');
assert(bodyBytesMax * 4 <= projectBodiesBytesMax, 'a few of the largest bodies fit in memory');
assert(bodyBytesMax <= workingBytesMax, 'the largest body has a turn');
assert(
  liveBatchBytesMax * liveStreamsPerProjectMax <= bodiesInFlightBytesMax,
  'slow readers of a project fit in memory',
);
assert(segmentBytesMax * 4 <= logBacklogBytesMax, 'the backlog spans several segments');
