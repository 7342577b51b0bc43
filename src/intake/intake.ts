/**
 * HTTP in: route → credential → body → decode → log → answer. The answer leaves only after the log has the request on
 * disk. The project comes from the credential alone; nothing in a body can name another one.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DialectName } from '../canonical/event.ts';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { type Fault, type Outcome, ok } from '../canonical/outcome.ts';
import { receiptOf } from '../canonical/receipt.ts';
import { microsNow } from '../canonical/time.ts';
import type {
  Accepted,
  DecodedItem,
  Dialect,
  EventRoute,
  IntakeRequest,
  Reply,
  RequestHead,
  ResourceRoute,
  RouteContext,
  StoredEvent,
} from '../dialects/dialect.ts';
import { QuestionTooExpensive, type Reader } from '../dialects/reader.ts';
import { FAULTS, type FaultCode } from '../faults.ts';
import { eventsPerRequestMax, logBacklogBytesMax } from '../limits.ts';
import { type EventLog, LogUnavailable } from '../log/log.ts';
import { eventIdAt, textOf, toRecord } from '../log/request.ts';
import type { Principal, Registry, Scope } from '../registry/registry.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { authenticate } from './authenticate.ts';
import { BodyReader } from './read-body.ts';
import { type Match, Router } from './router.ts';
import { begun, sendReply } from './send-reply.ts';

/** What intake needs to know of the loader. */
export interface LoaderView {
  readonly backlogBytes: number;
  result(position: number, waitMs: number): Promise<readonly StoredEvent[] | undefined>;
  settled(position: number, waitMs: number): Promise<void>;
}

export interface IntakeParts {
  readonly dialects: readonly Dialect[];
  readonly log: EventLog;
  readonly loader: LoaderView;
  readonly registry: Registry;
  readonly telemetry: Telemetry;
  /** What a vendor's routes may read back of a project: its own events' spans. */
  readonly readerFor: (projectId: ProjectId, dialect: DialectName) => Reader;
  /** A header alone may name the project (see `Claim`). Off unless the operator says so. */
  readonly trustsProjectHeaders: boolean;
}

export interface IntakeCounters {
  acceptedRequests: number;
  acceptedEvents: number;
  refusedEvents: number;
  /** Requests that were refused as a whole, by dialect and fault. */
  readonly refused: Map<string, number>;
}

/** A synchronous route answers "stored" within this time, and "accepted" after it. */
const SYNC_WAIT_MS = 10_000;
const SETTLED_WAIT_MS = 2_000;
const RETRY_AFTER_S = 2;

export class Intake {
  readonly counters: IntakeCounters = { acceptedRequests: 0, acceptedEvents: 0, refusedEvents: 0, refused: new Map() };
  readonly #parts: IntakeParts;
  readonly #router: Router;
  readonly #bodies = new BodyReader();
  readonly #running = new Set<Promise<void>>();
  /** Whom public routes answer: no project, and none that anybody could make. */
  readonly #nobody = newProjectId();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#router = new Router(parts.dialects);
  }

  /** True when the request is a vendor's and will be answered here. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const method = request.method ?? 'GET';
    const [path = '/', query = ''] = splitOnce(withoutOrigin(request.url ?? '/'), '?');
    if (method === 'OPTIONS') return this.#preflight(path, request, response);
    const routing = this.#router.find(method, path);
    if (routing.kind === 'none') return false;
    if (routing.kind === 'miss') {
      // The dashboard and the own API live among the same paths, with GET.
      if (path.startsWith('/api/tributary/')) return false;
      request.resume();
      void sendReply(
        request,
        response,
        routing.dialect,
        this.#refusal(routing.dialect, { code: routing.fault, message: MISSES[routing.fault] }),
      );
      return true;
    }
    const { match } = routing;
    const head: RequestHead = {
      method,
      params: match.params,
      query: new URLSearchParams(query),
      headers: singleHeaders(request),
    };
    const answered = this.#respond(match, head, request, response);
    this.#running.add(answered);
    void answered.finally(() => this.#running.delete(answered));
    return true;
  }

  /** Resolves when every request that was taken is answered, or its client gone: then nobody reads or appends any more. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #respond(match: Match, head: RequestHead, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await begun(await this.#answer(match, head, request));
    } catch (error) {
      if (error instanceof QuestionTooExpensive) reply = this.#refuse(match, TOO_EXPENSIVE);
      else {
        this.#failed('intake_failed', match, error);
        reply = this.#refuse(match, { code: 'internal', message: 'Something went wrong here, send it again' });
      }
    }
    try {
      await sendReply(request, response, match.dialect, reply);
    } catch (error) {
      this.#failed('stream_failed', match, error);
    }
  }

  #failed(name: string, { route }: Match, error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#parts.telemetry.emit({ level: 'error', name, route: route.id, detail });
  }

  async #answer(match: Match, head: RequestHead, incoming: IncomingMessage): Promise<Reply> {
    const { route } = match;
    const claim = route.credential(head);
    const isLater = route.kind === 'resource' ? route.scope === 'public' : claim.by === 'body';
    const early = isLater ? undefined : authenticate(this.#parts, claim, scopeOf(route));
    if (early?.ok === false) {
      incoming.resume();
      return this.#refuse(match, early.fault, { head, text: '', receivedAt: microsNow() });
    }
    return this.#bodies.read(incoming, (body) => this.#answerTo(match, head, body, early?.value));
  }

  async #answerTo(
    match: Match,
    head: RequestHead,
    body: Outcome<Buffer>,
    known: Principal | undefined,
  ): Promise<Reply> {
    const { route } = match;
    const request: IntakeRequest = { head, text: body.ok ? textOf(body.value) : '', receivedAt: microsNow() };
    if (!body.ok) return this.#refuse(match, body.fault, request);
    if (route.kind === 'resource') return route.handle(request, this.#context(match, known?.projectId ?? this.#nobody));
    const claim = route.bodyClaim?.(request) ?? route.credential(head);
    const principal = known === undefined ? authenticate(this.#parts, claim, scopeOf(route)) : ok(known);
    if (!principal.ok) return this.#refuse(match, principal.fault, request);
    return this.#accept(match, route, principal.value, request, body.value);
  }

  async #accept(
    match: Match,
    route: EventRoute,
    { projectId }: Principal,
    sent: IntakeRequest,
    body: Buffer,
  ): Promise<Reply> {
    const { log, loader } = this.#parts;
    const decoded = route.decode(sent);
    if (!decoded.ok) return this.#refuse(match, decoded.fault, sent);
    const { items } = decoded;
    if (items.length > eventsPerRequestMax) {
      return this.#refuse(
        match,
        { code: 'too-many-events', message: `A request may hold at most ${eventsPerRequestMax} events` },
        sent,
      );
    }
    const admitted = (await route.admit?.(sent, items, this.#context(match, projectId))) ?? ok(sent);
    if (!admitted.ok) return this.#refuse(match, admitted.fault, sent);
    // What was found out about the request stands in its head; the body is logged as it came.
    const request: IntakeRequest = { ...sent, head: admitted.value.head };
    const count = items.reduce((sum, item) => sum + (item.ok ? 1 : 0), 0);
    this.counters.refusedEvents += items.length - count;
    if (count === 0) {
      const stored = route.answersAfter === 'store' ? [] : undefined;
      return this.#accepted(route, projectId, request, items, Math.max(0, log.head.position - 1), stored);
    }
    if (loader.backlogBytes > logBacklogBytesMax) return this.#refuse(match, OVERLOADED, request);
    let position: number;
    try {
      position = await log.append(toRecord(projectId, route, request, body, count));
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      this.#parts.telemetry.emit({ level: 'error', name: 'log_unavailable', detail: error.message });
      return this.#refuse(match, OVERLOADED, request);
    }
    this.counters.acceptedRequests += 1;
    this.counters.acceptedEvents += count;
    const stored = route.answersAfter === 'store' ? await loader.result(position, SYNC_WAIT_MS) : undefined;
    return this.#accepted(route, projectId, request, items, position, stored);
  }

  #accepted(
    route: EventRoute,
    projectId: ProjectId,
    request: IntakeRequest,
    items: readonly DecodedItem[],
    position: number,
    stored: readonly StoredEvent[] | undefined,
  ): Reply {
    const accepted: Accepted = {
      request,
      items,
      newEventId: (index) => eventIdAt(projectId, position + index),
      ...(stored === undefined ? {} : { stored }),
    };
    const reply = route.accepted(accepted);
    return { ...reply, headers: { ...reply.headers, 'x-tributary-receipt': receiptOf(projectId, position) } };
  }

  #context({ dialect }: Match, projectId: ProjectId): RouteContext {
    const { registry, loader, log, readerFor } = this.#parts;
    return {
      directory: registry.directory(projectId, () => loader.settled(log.head.position, SETTLED_WAIT_MS)),
      reader: readerFor(projectId, dialect.name),
      ...(projectId === this.#nobody ? {} : { projectId }),
    };
  }

  #refuse({ dialect, route }: Match, fault: Fault, request?: IntakeRequest): Reply {
    this.#count(dialect, fault.code);
    return withRetry(route.kind === 'events' ? route.refused(fault, request) : route.refused(fault), fault.code);
  }

  #refusal(dialect: Dialect, fault: Fault): Reply {
    this.#count(dialect, fault.code);
    const [route] = dialect.routes;
    if (route === undefined) return { status: FAULTS[fault.code].status, body: { message: fault.message } };
    return withRetry(route.refused(fault), fault.code);
  }

  #count(dialect: Dialect, code: FaultCode): void {
    const key = `${dialect.name} ${code}`;
    this.counters.refused.set(key, (this.counters.refused.get(key) ?? 0) + 1);
  }

  #preflight(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const dialect = this.#router.dialectOf(path);
    if (dialect?.cors === undefined) return false;
    request.resume();
    void sendReply(request, response, dialect, {
      status: 204,
      headers: {
        'access-control-allow-methods': dialect.cors.methods,
        'access-control-allow-headers': dialect.cors.headers,
        'access-control-max-age': '600',
      },
    });
    return true;
  }
}

function scopeOf(route: EventRoute | ResourceRoute): Scope {
  const { scope = 'ingest' } = route;
  return scope === 'public' ? 'ingest' : scope;
}

const MISSES = { 'not-found': 'Not Found', 'method-not-allowed': 'Method Not Allowed' } as const;
const OVERLOADED: Fault = {
  code: 'overloaded',
  message: 'The server cannot take events at the moment, send them again',
};

const TOO_EXPENSIVE: Fault = {
  code: 'overloaded',
  message: 'The question is too expensive; narrow it, for instance by time',
};

function withRetry(reply: Reply, code: FaultCode): Reply {
  return FAULTS[code].retry === 'later'
    ? { ...reply, headers: { ...reply.headers, 'retry-after': String(RETRY_AFTER_S) } }
    : reply;
}

/** A proxy may send the whole URL (RFC 9112, 3.2.2). */
function withoutOrigin(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Node gives lists only for set-cookie, which no intake reads. */
function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return request.headers as Record<string, string | undefined>;
}
