/**
 * Drives all five dialects against a real server, kills it with SIGKILL at random moments, starts it again on the same
 * data, and at the end compares what was acknowledged with what is stored. Everything random comes from one seed.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestServer } from './server.ts';

export interface CrashReport {
  readonly seed: number;
  readonly cycles: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Step numbers given to two events of one trace. */
  readonly repeatedSteps: readonly string[];
  /** Acknowledged events whose span cannot be found. */
  readonly missingSpans: readonly string[];
}

interface Posting {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Markers of the events in it; each is found again in the stored payload. */
  readonly markers: readonly string[];
}

interface Session {
  readonly projectId: string;
  readonly key: string;
  readonly fingerprintId: string;
}

const CLIENTS_PER_DIALECT = 2;
const TRACES_OPENED_MAX = 200;
const KILL_AFTER_MS = { min: 30, max: 900 };

/** mulberry32: small, good enough, the same everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Make = (session: Session, id: string, size: number) => Posting;

const MAKERS: readonly Make[] = [
  ({ projectId, key }, id) => ({
    path: `/${projectId}/`,
    headers: { authorization: `Bearer ${key}` },
    body: { event_id: id, event_type: 'chat.before', model: 'm', marker: `${id}.0` },
    markers: [`${id}.0`],
  }),
  ({ key }, id, size) => ({
    path: '/v1/runs/ingest',
    headers: { authorization: `Bearer ${key}` },
    body: {
      events: Array.from({ length: size }, (_, i) => ({
        type: i % 3 === 0 ? 'agent' : 'llm',
        event: i % 2 === 0 ? 'start' : 'end',
        runId: `${id}-${i >> 1}`,
        ...(i > 1 ? { parentRunId: `${id}-0` } : {}),
        timestamp: 1_790_000_000_000 + i,
        name: 'n',
        input: 'q',
        output: 'a',
        marker: `${id}.${i}`,
      })),
    },
    markers: Array.from({ length: size }, (_, i) => `${id}.${i}`),
  }),
  ({ key }, id, size) => ({
    path: '/monitoring/v1/events',
    headers: { 'x-api-key': key },
    body: Array.from({ length: size }, (_, i) => ({
      id: `${id}-${i}`,
      name: 'node.execution.initiated',
      timestamp: '2026-01-15T09:30:00.123Z',
      trace_id: `${id}-t`,
      span_id: `${id}-s${i}`,
      parent: { type: 'WORKFLOW', span_id: `${id}-w`, workflow_definition: { id: 'w', name: 'W', module: ['m'] } },
      body: { node_definition: { id: 'n', name: 'N', module: ['m'] }, inputs: { marker: `${id}.${i}` } },
    })),
    markers: Array.from({ length: size }, (_, i) => `${id}.${i}`),
  }),
  ({ key, fingerprintId }, id) => ({
    path: '/api/v1/events',
    headers: { authorization: `Bearer ${key}`, 'idempotency-key': id },
    body: {
      event_name: 'llm',
      fingerprint_id: fingerprintId,
      agent: `agent ${id.length % 3}`,
      session: 's',
      properties: { inputs: { model: 'gpt-4o' }, output: { marker: `${id}.0` } },
    },
    markers: [`${id}.0`],
  }),
  ({ key }, id, size) => ({
    path: size % 4 === 0 ? '/api/events' : '/api/events/ingest',
    headers: { authorization: `Bearer ${key}` },
    body: Array.from({ length: size }, (_, i) => ({
      eventType: 'user_message',
      // Several requests share a trace, so that its step numbers go across crashes.
      traceId: id.replace(/-\d+$/, ''),
      agentName: 'a',
      idempotencyKey: `${id}.${i}`,
      content: { marker: `${id}.${i}` },
    })),
    markers: Array.from({ length: size }, (_, i) => `${id}.${i}`),
  }),
];

class Ledger {
  readonly acknowledged = new Set<string>();
  readonly unanswered = new Set<string>();
}

/** One client: sends, remembers what was acknowledged, and sends again what got no answer. */
async function client(
  url: () => string | undefined,
  make: Make,
  session: Session,
  name: string,
  rng: () => number,
  ledger: Ledger,
  stop: AbortSignal,
): Promise<void> {
  for (let n = 0; !stop.aborted; n += 1) {
    const posting = make(session, `${name}-${n}`, 1 + Math.floor(rng() * 12));
    for (let isDone = false; !isDone && !stop.aborted; ) {
      const base = url();
      if (base === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      try {
        const response = await fetch(base + posting.path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...posting.headers },
          body: JSON.stringify(posting.body),
        });
        await response.arrayBuffer();
        if (response.status >= 500) continue;
        if (response.status >= 300) throw new Error(`${posting.path} answered ${response.status}`);
        for (const marker of posting.markers) ledger.acknowledged.add(marker);
        isDone = true;
      } catch (error) {
        if (error instanceof Error && error.message.includes('answered')) throw error;
        for (const marker of posting.markers) ledger.unanswered.add(marker);
        // Half of the clients give up on an unanswered request, as most SDKs do; the others send it again.
        isDone = rng() < 0.5;
      }
    }
  }
}

export async function crash(
  cycles: number,
  seed: number,
  progress: (line: string) => void = () => undefined,
): Promise<CrashReport> {
  const rng = random(seed);
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-crash-'));
  const ledger = new Ledger();
  let server: TestServer | undefined = await TestServer.start({ dataDir });
  try {
    const session: Session = { projectId: server.projectId, key: server.key, fingerprintId: await fingerprint(server) };
    const stop = new AbortController();
    let url: string | undefined = server.url;
    const clients = MAKERS.flatMap((make, dialect) =>
      Array.from({ length: CLIENTS_PER_DIALECT }, (_, i) =>
        client(() => url, make, session, `c${dialect}-${i}`, random(seed + dialect * 100 + i), ledger, stop.signal),
      ),
    );
    const clientsDone = Promise.all(clients);
    clientsDone.catch(() => stop.abort());
    for (let cycle = 0; cycle < cycles && !stop.signal.aborted; cycle += 1) {
      await new Promise((resolve) =>
        setTimeout(resolve, KILL_AFTER_MS.min + rng() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min)),
      );
      url = undefined;
      await server.kill();
      server = await TestServer.start({ dataDir });
      url = server.url;
      progress(`cycle ${cycle + 1}/${cycles}: ${ledger.acknowledged.size} acknowledged`);
    }
    stop.abort();
    await clientsDone;
    await server.settle();
    return { seed, cycles, ...(await audit(server, ledger)) };
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fingerprint(server: TestServer): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/fingerprints`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language: 'python', language_version: '3.11', system: 'linux' }),
  });
  const { fingerprint_id: id } = (await response.json()) as { fingerprint_id: string };
  return id;
}

interface StoredEvent {
  readonly dialect: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly step: number | null;
  readonly payload: unknown;
}

async function audit(server: TestServer, ledger: Ledger): Promise<Omit<CrashReport, 'seed' | 'cycles'>> {
  const events = await server.all<StoredEvent>('/events');
  const copies = new Map<string, number>();
  const steps = new Map<string, number>();
  const spanOf = new Map<string, StoredEvent>();
  for (const event of events) {
    const marker = /"marker":"([^"]+)"/.exec(JSON.stringify(event.payload))?.[1] ?? '';
    copies.set(marker, (copies.get(marker) ?? 0) + 1);
    spanOf.set(marker, event);
    if (event.step !== null) {
      const key = `${event.traceId} step ${event.step}`;
      steps.set(key, (steps.get(key) ?? 0) + 1);
    }
  }
  const spans = new Set<string>();
  // Every trace must be listed; opening each one would take longer than the crashes.
  const traces = await server.all<{ traceId: string; dialect: string }>('/traces');
  const opened = traces.filter((_, i) => i % Math.ceil(traces.length / TRACES_OPENED_MAX) === 0);
  for (const { traceId, dialect } of opened) {
    const trace = await server.get<{ spans: { spanId: string }[] }>(
      `/traces/${encodeURIComponent(traceId)}?dialect=${dialect}`,
    );
    for (const { spanId } of trace.spans) spans.add(`${dialect} ${traceId} ${spanId}`);
  }
  const nameOf = (trace: { traceId: string; dialect: string }) => `${trace.dialect} ${trace.traceId}`;
  const listed = new Set(traces.map(nameOf));
  const openedNames = new Set(opened.map(nameOf));
  const acknowledged = [...ledger.acknowledged];
  return {
    acknowledged: acknowledged.length,
    unanswered: ledger.unanswered.size,
    missing: acknowledged.filter((marker) => !copies.has(marker)),
    doubled: [...copies].filter(([, count]) => count > 1).map(([marker]) => marker),
    repeatedSteps: [...steps].filter(([, count]) => count > 1).map(([key]) => key),
    missingSpans: acknowledged.filter((marker) => {
      const event = spanOf.get(marker);
      if (event === undefined) return false;
      const trace = `${event.dialect} ${event.traceId}`;
      return !listed.has(trace) || (openedNames.has(trace) && !spans.has(`${trace} ${event.spanId}`));
    }),
  };
}
