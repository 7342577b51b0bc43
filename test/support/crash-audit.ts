/**
 * Compares what was acknowledged with what is stored: each event once, each span found, no step twice, nothing deleted
 * there. The values of spans are compared with those of a second server that got the same requests without a crash.
 */

import type { Again, Ledger } from './crash-client.ts';
import type { Posting, Session } from './crash-traffic.ts';
import { TestServer } from './server.ts';
import { newFingerprint } from './vendors.ts';

export interface Audit {
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Deleted events that are there. */
  readonly undeleted: readonly string[];
  /** Step numbers given to two events of one trace. */
  readonly repeatedSteps: readonly string[];
  /** Traces of acknowledged events that are not listed. */
  readonly missingTraces: readonly string[];
  /** Acknowledged events of compared traces whose span is not in the trace. */
  readonly missingSpans: readonly string[];
  /** Traces with other values than without crashes: theirs, and where the first difference is. */
  readonly differing: readonly string[];
  readonly comparedTraces: number;
  readonly comparedSpans: number;
}

interface EventBody {
  readonly dialect: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly step: number | null;
  readonly payload: unknown;
}

interface Place {
  readonly dialect: string;
  readonly traceId: string;
  readonly spanId: string;
}

interface TraceBody {
  readonly trace: Readonly<Record<string, unknown>>;
  readonly spans: readonly (Readonly<Record<string, unknown>> & { readonly spanId: string })[];
}

const COMPARED_AT_ONCE = 4;
const PAGE_ROWS = 1000;
const REPLAY_TRIES_MAX = 400;

export async function audit(
  server: TestServer,
  session: Session,
  ledger: Ledger,
  groupsPerMaker: number,
): Promise<Audit> {
  const stored = await readEvents(server);
  const isGone = (marker: string) => ledger.deleted.has(marker) || ledger.maybeDeleted.has(marker);
  const expected = [...ledger.acknowledged].filter((marker) => !isGone(marker));
  const listed = new Set<string>();
  for await (const page of pages<{ traceId: string; dialect: string }>(server, '/traces'))
    for (const trace of page) listed.add(traceName(trace));
  const missing = expected.filter((marker) => !stored.places.has(marker));
  const groups = sampled(ledger, session, groupsPerMaker);
  const values = await compareValues(server, session, ledger, groups, stored.places);
  return {
    missing,
    doubled: stored.doubled,
    undeleted: [...ledger.deleted].filter((marker) => stored.places.has(marker)),
    repeatedSteps: stored.repeatedSteps,
    missingTraces: expected.filter((marker) => {
      const place = stored.places.get(marker);
      return place !== undefined && !listed.has(traceName(place));
    }),
    ...values,
  };
}

function traceName({ dialect, traceId }: { dialect: string; traceId: string }): string {
  return `${dialect} ${traceId}`;
}

async function* pages<T>(server: TestServer, path: string): AsyncGenerator<readonly T[]> {
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { data: T[]; nextCursor: string | null } = await server.get(`${path}?limit=${PAGE_ROWS}${query}`);
    yield page.data;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function readEvents(server: TestServer): Promise<{
  readonly places: ReadonlyMap<string, Place>;
  readonly doubled: readonly string[];
  readonly repeatedSteps: readonly string[];
}> {
  const places = new Map<string, Place>();
  const steps = new Set<string>();
  const doubled: string[] = [];
  const repeatedSteps: string[] = [];
  for await (const page of pages<EventBody>(server, '/events')) {
    for (const { dialect, traceId, spanId, step, payload } of page) {
      const marker = /"marker":"([^"]+)"/.exec(JSON.stringify(payload))?.[1];
      // A deletion is an event, too, and has no marker.
      if (marker === undefined) continue;
      if (places.has(marker)) doubled.push(marker);
      places.set(marker, { dialect, traceId, spanId });
      if (step === null) continue;
      const name = `${dialect} ${traceId} step ${step}`;
      if (steps.has(name)) repeatedSteps.push(name);
      steps.add(name);
    }
  }
  return { places, doubled, repeatedSteps };
}

/** As many groups of each kind of traffic, spread over the run. */
function sampled(ledger: Ledger, session: Session, perMaker: number): readonly (readonly Again[])[] {
  const byMaker = new Map<number, string[]>();
  for (const [name, { maker }] of ledger.groups) byMaker.set(maker, [...(byMaker.get(maker) ?? []), name]);
  const names = [...byMaker.values()].flatMap((all) => {
    const stride = Math.max(1, Math.ceil(all.length / perMaker));
    return all.filter((_, i) => i % stride === 0);
  });
  return names
    .map((name) => ledger.groups.get(name)?.requests ?? [])
    .filter(
      (group) => !group.some((again) => again(session).deletes.some((marker) => ledger.maybeDeleted.has(marker))),
    );
}

async function compareValues(
  server: TestServer,
  session: Session,
  ledger: Ledger,
  groups: readonly (readonly Again[])[],
  places: ReadonlyMap<string, Place>,
): Promise<Pick<Audit, 'missingSpans' | 'differing' | 'comparedTraces' | 'comparedSpans'>> {
  const reference = await TestServer.start({ projectId: session.projectId, key: session.key });
  try {
    const fingerprintId = await newFingerprint(reference, reference.key);
    const there: Session = { ...session, fingerprintId };
    // A client sends the requests of a group one after the other, so this is their order in the log.
    const wasStored = ({ markers, deletes }: Posting) =>
      markers.some((marker) => places.has(marker) || ledger.deleted.has(marker)) ||
      deletes.some((marker) => ledger.deleted.has(marker));
    await eachOf(groups, async (group) => {
      for (const posting of group.map((again) => again(there)).filter(wasStored)) await replay(reference, posting);
    });
    await reference.settle();
    const missingSpans: string[] = [];
    const differing: string[] = [];
    let comparedTraces = 0;
    let comparedSpans = 0;
    await eachOf(groups, async (group) => {
      const markers = group.flatMap((again) => again(session).markers).filter((marker) => places.has(marker));
      const traces = new Map(
        markers.flatMap((marker) => [places.get(marker)].flatMap((p) => (p ? [[traceName(p), p]] : []))),
      );
      for (const [name, { dialect, traceId }] of traces) {
        const path = `/traces/${encodeURIComponent(traceId)}?dialect=${dialect}`;
        const [found, wanted] = await Promise.all([server.get<TraceBody>(path), reference.get<TraceBody>(path)]);
        comparedTraces += 1;
        comparedSpans += found.spans.length;
        const spans = new Set(found.spans.map(({ spanId }) => spanId));
        for (const marker of markers) {
          const place = places.get(marker);
          const isHere = place !== undefined && traceName(place) === name && ledger.acknowledged.has(marker);
          if (isHere && !spans.has(place.spanId)) missingSpans.push(marker);
        }
        const difference = firstDifference(comparable(found, dialect, session), comparable(wanted, dialect, there), '');
        if (difference !== undefined) differing.push(`${name}: ${difference}`);
      }
    });
    return { missingSpans, differing, comparedTraces, comparedSpans };
  } finally {
    await reference.stop();
  }
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: COMPARED_AT_ONCE }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

async function replay(server: TestServer, { method, path, headers, body }: Posting): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(server.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    if (response.ok) return;
    // A deletion looks up what it deletes, which may not be stored yet.
    const mayPass = response.status >= 429 || (response.status === 404 && method === 'DELETE');
    if (!mayPass || tries > REPLAY_TRIES_MAX) throw new Error(`${path} answered ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Their clients do not say when: the times are those of the arrival. */
const TIMED_BY_ARRIVAL = ['weflayr', 'voker'];
const TIMES = ['startTime', 'endTime', 'durationMs', 'timeToFirstTokenMs'];

/** Without what depends on when a request came, and on what came between: times of arrival, and step numbers. */
function comparable({ trace, spans }: TraceBody, dialect: string, { fingerprintId }: Session): unknown {
  const dropped = new Set(['step', 'parentStep', ...(TIMED_BY_ARRIVAL.includes(dialect) ? TIMES : [])]);
  const without = (object: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => !dropped.has(key)));
  const bySpanId = [...spans].sort((a, b) => (a.spanId < b.spanId ? -1 : 1));
  const text = JSON.stringify({ trace: without(trace), spans: bySpanId.map(without) });
  const parsed: unknown = JSON.parse(text.replaceAll(fingerprintId, 'fingerprint'));
  return parsed;
}

function firstDifference(found: unknown, wanted: unknown, path: string): string | undefined {
  if (isObject(found) && isObject(wanted)) {
    for (const key of new Set([...Object.keys(found), ...Object.keys(wanted)])) {
      const difference = firstDifference(found[key], wanted[key], `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (Object.is(found, wanted)) return undefined;
  return `${path} is ${JSON.stringify(found)}, without crashes ${JSON.stringify(wanted)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
