/**
 * HTTP in: route → credential → body → decode → log → answer. The answer leaves only after the log has the request on
 * disk. The project comes from the credential alone; nothing in a body can name another one.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DialectName } from '../canonical/event.ts';
import { newProjectId, type ProjectId } from '../canonical/ids.ts';
import { type Fault, type Outcome, ok } from '../canonical/outcome.ts';
import { receiptOf } from '../canonical/receipt.ts';
import { type Micros, microsNow } from '../canonical/time.ts';
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
import { QuestionTooExpensive, type Reader, StoreAway } from '../dialects/reader.ts';
import { FAULTS, type FaultCode } from '../faults.ts';
import { bodyBytesMax, largeBodyBytesMin, logBacklogBytesMax } from '../limits.ts';
import { type EventLog, LogUnavailable } from '../log/log.ts';
import { eventIdAt, textOf, toRecord } from '../log/request.ts';
import { Redaction } from '../redaction/redaction.ts';
import type { Principal, Registry, Scope } from '../registry/registry.ts';
import { RegistryUnavailable } from '../registry/unavailable.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { authenticate } from './authenticate.ts';
import { textFault } from './check-text.ts';
import { LargeDecoder } from './decode-large.ts';
import { FairTurns } from './fair-turns.ts';
import { MemoryGuard } from './memory-guard.ts';
import { type Pass, RateLimits } from './rate-limits.ts';
import { BodyReader, tooLarge } from './read-body.ts';
import { RefusedRequests } from './refused-requests.ts';
import { headOf, targetOf } from './request-head.ts';
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
  /** What the process may have in all. */
  readonly memoryBytesMax: number;
}

export interface IntakeCounters {
  acceptedRequests: number;
  acceptedEvents: number;
  refusedEvents: number;
  /** Requests that were refused as a whole, by dialect and fault. */
  readonly refused: Map<string, number>;
}

/** Whose turn it is while nobody knows who asks. */
const NOBODY = '';

/** A synchronous route answers "stored" within this time, and "accepted" after it. */
const SYNC_WAIT_MS = 10_000;
/** A vendor's read route waits so long for what was accepted before it, and then answers with what there is. */
const SETTLED_WAIT_MS = 10_000;
const RETRY_AFTER_S = 2;

/** What became of a request's events: in the log, or answered already. */
type Taken =
  | Reply
  | { readonly position: number; readonly request: IntakeRequest; readonly items: readonly DecodedItem[] };

export class Intake {
  readonly counters: IntakeCounters = { acceptedRequests: 0, acceptedEvents: 0, refusedEvents: 0, refused: new Map() };
  readonly refusedRequests: RefusedRequests;
  readonly #parts: IntakeParts;
  readonly #router: Router;
  readonly #redaction: Redaction;
  readonly #bodies = new BodyReader();
  readonly #turns = new FairTurns();
  readonly #large = new LargeDecoder();
  readonly #limits: RateLimits;
  readonly #memory: MemoryGuard;
  readonly #running = new Set<Promise<void>>();
  /** Whom public routes answer: no project, and none that anybody could make. */
  readonly #nobody = newProjectId();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#router = new Router(parts.dialects);
    this.#redaction = new Redaction(parts.registry.redaction);
    this.refusedRequests = new RefusedRequests({ ...parts, redaction: this.#redaction });
    this.#limits = new RateLimits(parts.registry.limits);
    this.#memory = new MemoryGuard(parts.memoryBytesMax);
  }

  /** True when the request is a vendor's and will be answered here. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const method = request.method ?? 'GET';
    const [path, query] = targetOf(request);
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
    const head = headOf(request, match.params, query);
    const answered = this.#respond(match, head, request, response);
    this.#running.add(answered);
    void answered.finally(() => this.#running.delete(answered));
    return true;
  }

  /** Resolves when every request that was taken is answered, or its client gone: then nobody reads or appends any more. */
  async drained(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.#large.close();
  }

  async #respond(match: Match, head: RequestHead, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply;
    try {
      reply = await begun(await this.#answer(match, head, request));
    } catch (error) {
      if (error instanceof QuestionTooExpensive) reply = this.#refuse(match, TOO_EXPENSIVE);
      else if (error instanceof RegistryUnavailable || error instanceof StoreAway) {
        this.#failed('unavailable', match, error);
        reply = this.#refuse(match, OVERLOADED);
      } else {
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
    // Refused before the body is read: it is let go by, and the answer is there at once.
    const refuseNow = (fault: Fault) => {
      incoming.resume();
      return this.#refuse(match, fault, { head, text: '', receivedAt: microsNow() });
    };
    if (early?.ok === false) return refuseNow(early.fault);
    if (route.kind === 'events' && this.#memory.isFull) return refuseNow(OVERLOADED);
    if (early === undefined) return this.#bodies.read(incoming, (body) => this.#answerLate(match, head, body));
    const pass = this.#limits.enter(early.value);
    if (!pass.ok) return refuseNow(pass.fault);
    try {
      const allowance = { owner: early.value.projectId, bytesMax: Math.min(bodyBytesMax, pass.value.bounds.bodyBytes) };
      const answer = (body: Outcome<Buffer>) => this.#answerTo(match, head, body, early.value, pass.value);
      return await this.#bodies.read(incoming, answer, allowance);
    } finally {
      pass.value.leave();
    }
  }

  /** Who asks stands in the body, or is nobody in particular. */
  async #answerLate(match: Match, head: RequestHead, body: Outcome<Buffer>): Promise<Reply> {
    const { route } = match;
    const fault = body.ok ? textFault(body.value) : body.fault;
    const text = body.ok && fault === undefined ? textOf(body.value) : '';
    const request: IntakeRequest = { head, text, receivedAt: microsNow() };
    if (fault !== undefined) return this.#refuse(match, fault, request);
    if (route.kind === 'resource') return route.handle(request, this.#context(match, this.#nobody));
    // To find the credential is as much work as to decode.
    const turn = this.#turns.enter(NOBODY, text.length);
    if (turn !== undefined) await turn;
    const claim = route.bodyClaim?.(request) ?? route.credential(head);
    this.#turns.leave(NOBODY, text.length);
    const principal = authenticate(this.#parts, claim, scopeOf(route));
    if (!principal.ok) return this.#refuse(match, principal.fault, request);
    const pass = this.#limits.enter(principal.value);
    if (!pass.ok) return this.#refuse(match, pass.fault, request);
    try {
      return await this.#answerTo(match, head, body, principal.value, pass.value);
    } finally {
      pass.value.leave();
    }
  }

  async #answerTo(
    match: Match,
    head: RequestHead,
    body: Outcome<Buffer>,
    principal: Principal,
    pass: Pass,
  ): Promise<Reply> {
    const { route } = match;
    const receivedAt = microsNow();
    const request = (text: string): IntakeRequest => ({ head, text, receivedAt });
    if (!body.ok) return this.#refuse(match, body.fault, request(''));
    pass.charge(body.value.length);
    if (body.value.length > pass.bounds.bodyBytes)
      return this.#refuse(match, tooLarge(pass.bounds.bodyBytes).fault, request(''));
    if (route.kind === 'resource') {
      const fault = textFault(body.value);
      if (fault !== undefined) return this.#refuse(match, fault, request(''));
      const redacted = await this.#redaction.apply(principal.projectId, route, request(textOf(body.value)), body.value);
      if (!redacted.ok) return this.#refuse(match, redacted.fault);
      return route.handle(redacted.value.request, this.#context(match, principal.projectId));
    }
    // Counted now: decoding a large body takes it away.
    const bytes = body.value.length;
    const turn = this.#turns.enter(principal.projectId, bytes);
    if (turn !== undefined) await turn;
    let taken: Taken;
    try {
      const came = received(head, receivedAt, body.value);
      taken = await this.#accept(match, route, principal, came, body.value, pass.bounds);
    } finally {
      this.#turns.leave(principal.projectId, bytes);
    }
    if ('status' in taken) return taken;
    const { position } = taken;
    const stored = route.answersAfter === 'store' ? await this.#parts.loader.result(position, SYNC_WAIT_MS) : undefined;
    return this.#accepted(route, principal.projectId, taken.request, taken.items, position, stored);
  }

  async #accept(
    match: Match,
    route: EventRoute,
    { projectId }: Principal,
    came: IntakeRequest,
    cameBody: Buffer,
    { eventsPerRequest }: Pass['bounds'],
  ): Promise<Taken> {
    const { log, loader } = this.#parts;
    const isLarge = route.outline !== undefined && cameBody.length >= largeBodyBytesMin;
    // A large body is checked where it is decoded, unless rules read it before.
    const fault = isLarge && this.#redaction.of(projectId) === undefined ? undefined : textFault(cameBody);
    if (fault !== undefined)
      return this.#refuse(match, fault, { head: came.head, text: '', receivedAt: came.receivedAt });
    // Nothing behind this line knows what the project's rules have taken out.
    const redacted = await this.#redaction.apply(projectId, route, came, cameBody);
    if (!redacted.ok) return this.#refuse(match, redacted.fault, came);
    const { request: clean } = redacted.value;
    const { body, decoded } = isLarge
      ? await this.#large.decode(route, clean, redacted.value.body)
      : { body: redacted.value.body, decoded: route.decode(clean) };
    // Bytes that have been away came back as others: its text, if somebody still asks for it, is made of these.
    const sent = isLarge ? received(clean.head, clean.receivedAt, body) : clean;
    if (!decoded.ok) return this.#refuse(match, decoded.fault, sent);
    const { items } = decoded;
    if (items.length > eventsPerRequest) {
      const message = `A request may hold at most ${eventsPerRequest} events`;
      return this.#refuse(match, { code: 'too-many-events', message }, sent);
    }
    const admitted = (await route.admit?.(sent, items, this.#context(match, projectId))) ?? ok(sent.head);
    if (!admitted.ok) return this.#refuse(match, admitted.fault, sent);
    // What was found out about the request stands in its head; the body is logged as it is.
    const request = received(admitted.value, sent.receivedAt, body);
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
    return { position, request, items };
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
    if (request !== undefined) void this.refusedRequests.add({ dialect, route }, fault, request);
    return withRetry(route.kind === 'events' ? route.refused(fault, request) : route.refused(fault), fault);
  }

  #refusal(dialect: Dialect, fault: Fault): Reply {
    this.#count(dialect, fault.code);
    const [route] = dialect.routes;
    if (route === undefined) return { status: FAULTS[fault.code].status, body: { message: fault.message } };
    return withRetry(route.refused(fault), fault);
  }

  #count(dialect: Dialect, code: FaultCode): void {
    const key = `${dialect.name} ${code}`;
    this.counters.refused.set(key, (this.counters.refused.get(key) ?? 0) + 1);
  }

  #preflight(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    // The own API lives among the vendors' paths, and no page of others may call it.
    if (path.startsWith('/api/tributary/')) return false;
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

/**
 * A request whose text is made when somebody asks for it. A large body is read on another thread, and its answer should
 * not need it: to make 5 MB of text holds up all other answers for some milliseconds.
 */
function received(head: RequestHead, receivedAt: Micros, body: Buffer): IntakeRequest {
  let text: string | undefined;
  return {
    head,
    receivedAt,
    get text() {
      text ??= textOf(body);
      return text;
    },
  };
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

function withRetry(reply: Reply, { code, retryAfterS = RETRY_AFTER_S }: Fault): Reply {
  return FAULTS[code].retry === 'later'
    ? { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfterS) } }
    : reply;
}
