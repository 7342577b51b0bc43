/**
 * What a vendor's wire protocol is to the rest of Tributary: a list of routes. `credential`, `decode`, `events` and the
 * replies are pure and total: no input makes them throw, and equal input gives equal output. Intake runs `decode` to
 * answer; the loader runs `decode` and `events` again on the logged bytes, maybe after a crash, and must get the same.
 */

import type { DialectName, EventDraft } from '../canonical/event.ts';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Fault, Outcome } from '../canonical/outcome.ts';
import type { Micros } from '../canonical/time.ts';
import type { Reader } from './reader.ts';

export interface RequestHead {
  readonly method: string;
  /** Decoded `:name` segments of the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated headers are joined as Node does. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A request whose body has been read, unpacked and checked to be UTF-8 within the limits. */
export interface IntakeRequest {
  readonly head: RequestHead;
  readonly text: string;
  readonly receivedAt: Micros;
}

/** Who the caller says it is, and how it may say so. The registry decides. */
export type Claim =
  /** Any key of a project; `projectHint` is a public id sent along (Weflayr's path) that must not be another project's. */
  | { readonly by: 'key'; readonly key: string; readonly projectHint?: string }
  /** A key, or the bare project id as a public key (Lunary). Gives the ingest scope only. */
  | { readonly by: 'key-or-project-id'; readonly value: string }
  /** No secret at all, only the project's id, from a network that is trusted: refused unless the server is told to. */
  | { readonly by: 'trusted-header'; readonly projectId: string }
  /** The credential is in the body (Lunary's legacy route): ask `bodyClaim`. */
  | { readonly by: 'body' }
  | { readonly by: 'none'; readonly fault: Fault };

export type DecodedItem =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly fault: Fault; readonly value: JsonValue | undefined };

/** `items` in input order. A dialect whose batches are all-or-nothing never mixes: it gives `ok: false` instead. */
export type Decoded =
  | { readonly ok: true; readonly items: readonly DecodedItem[] }
  | { readonly ok: false; readonly fault: Fault };

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; `undefined` sends an empty body. */
  readonly body?: unknown;
  /** Sent instead of `body`, piece by piece, never held as a whole; its `content-type` is among the headers. */
  readonly stream?: AsyncIterable<string>;
}

/** What a route may ask while it answers, all of it about the caller's project alone. */
export interface RouteContext {
  readonly directory: Directory;
  readonly reader: Reader;
  /** The project's own id, for answers that name it; none on public routes. */
  readonly projectId?: string;
}

export interface LoadContext {
  readonly receivedAt: Micros;
  /** A stable id for the accepted event with this index: the same when the record is loaded again. */
  newEventId(index: number): string;
}

/** What became of one accepted event, in input order; only synchronous routes see it. */
export interface StoredEvent {
  readonly eventId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly step?: number;
  readonly parentStep?: number;
  /** It had been stored before; the ids above are the first one's. */
  readonly duplicate: boolean;
  /** The sampling of its agent leaves its trace out: not stored, only counted. */
  readonly sampledOut?: boolean;
}

export interface Accepted {
  readonly request: IntakeRequest;
  readonly items: readonly DecodedItem[];
  /** Ids of the accepted events, in the order of the accepted items. */
  newEventId(index: number): string;
  /** Present on routes with `answersAfter: 'store'`. */
  readonly stored?: readonly StoredEvent[];
}

/** A route that takes events: bytes → log. */
export interface EventRoute {
  readonly kind: 'events';
  /** Unique and stable, it is written into the log: `lunary.ingest`. */
  readonly id: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** What a key must be allowed to; `ingest` unless said otherwise. Deleting needs `admin`. */
  readonly scope?: 'ingest' | 'read' | 'admin';
  /** `/v1/runs/ingest`, `/:clientId`. Without trailing slash; intake accepts one. */
  readonly path: string;
  /** `log`: answer when durable. `store`: answer when also stored, with the results (WhyOps's synchronous routes). */
  readonly answersAfter: 'log' | 'store';
  /** Request headers that `decode` and `events` read; only these are logged, next to the user agent. */
  readonly loggedHeaders: readonly string[];
  credential(head: RequestHead): Claim;
  /** Only for claims by body. */
  bodyClaim?(request: IntakeRequest): Claim;
  decode(request: IntakeRequest): Decoded;
  /**
   * The members of an event that `admit` and `accepted` read. A route that has this gets its large bodies decoded on
   * another thread, and then only these members come back.
   */
  outline?(event: JsonObject): JsonObject;
  /**
   * What only the present knows: checks that decide the answer (Voker's fingerprints), and facts that `events` needs and
   * bytes do not tell (which stored run an id means, an agent's version of today). Facts go into the head that it
   * returns, as params or logged headers, and so into the log: the loader does not ask again.
   */
  admit?(request: IntakeRequest, items: readonly DecodedItem[], context: RouteContext): Promise<Outcome<RequestHead>>;
  /** The events of the accepted items, in order; called with what `decode` gave for the same request. */
  events(request: IntakeRequest, items: readonly DecodedItem[], context: LoadContext): readonly EventDraft[];
  accepted(accepted: Accepted): Reply;
  refused(fault: Fault, request?: IntakeRequest): Reply;
}

/** A route that answers from the registry, from what is stored, or from nothing: create an agent, read a run, help. */
export interface ResourceRoute {
  readonly kind: 'resource';
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** `public` answers without a credential; `ingest` and `read` are the scopes that a key needs. */
  readonly scope: 'public' | 'ingest' | 'read' | 'admin';
  credential(head: RequestHead): Claim;
  handle(request: IntakeRequest, context: RouteContext): Promise<Reply>;
  refused(fault: Fault): Reply;
}

export interface Dialect {
  readonly name: DialectName;
  /** More specific paths first. */
  readonly routes: readonly (EventRoute | ResourceRoute)[];
  /** Calls of this vendor may end unseen: one that has been running for long is shown as `unknown` until it ends. */
  readonly callsMayVanish?: true;
  /** The member of an event in which clients name themselves; where there is none, the user agent tells. */
  readonly sdkField?: string;
  /** Browsers send events to this vendor: answer preflights and reflect origins. */
  readonly cors?: { readonly methods: string; readonly headers: string };
}

/**
 * The registry as a dialect may see it: one project's named things. Creations are durable when the promise resolves and
 * idempotent under concurrency; numbers are unique per project (agents) or per agent (versions) and start at 1.
 */
export interface Directory {
  ensureFingerprint(contentHash: string, content: string): Promise<{ id: string }>;
  hasFingerprint(id: string): Promise<boolean>;

  /** `created` tells whether this call made it. An existing person is returned unchanged. */
  ensurePerson(id: string, properties?: JsonObject): Promise<Person>;
  getPerson(id: string): Promise<Person | undefined>;
  /** Replaces all properties; `undefined` when there is no such person. */
  updatePerson(id: string, properties: JsonObject): Promise<Person | undefined>;

  ensureAgent(name: string, description?: string): Promise<Agent>;
  getAgent(name: string): Promise<Agent | undefined>;
  /** `undefined` when there is no such agent. */
  ensureAgentVersion(agentName: string, version: NewAgentVersion): Promise<AgentVersion | undefined>;
  getAgentVersion(agentName: string, versionName: string): Promise<AgentVersion | undefined>;

  /** The version that `ensureAgentVersion` with content made or met last; from memory, it stands before every request. */
  currentAgentVersion(agentName: string): string | undefined;
  listAgents(): Promise<readonly Agent[]>;
  listAgentVersions(agentName: string): Promise<readonly AgentVersion[]>;
  listPeople(page: {
    search?: string;
    limit: number;
    offset: number;
  }): Promise<{ people: readonly Person[]; total: number }>;
  people(ids: readonly string[]): Promise<readonly Person[]>;

  settings(): Promise<ProjectSettings>;
  /** Share of traces that are kept, 0 to 1, for agents that have one below 1. */
  samplingRates(): Promise<ReadonlyMap<string, number>>;
  setSamplingRate(agentName: string, rate: number): Promise<void>;

  /** Resolves when everything accepted so far is loaded: what an event created by being loaded can then be read. */
  settled(): Promise<void>;
}

export interface Person {
  readonly id: string;
  readonly properties: JsonObject | null;
  readonly createdAt: string;
  readonly created: boolean;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly number: number;
  readonly createdAt: string;
  readonly deprecatedAt: string | null;
  readonly created: boolean;
}

export interface NewAgentVersion {
  readonly name: string;
  readonly description?: string;
  /** What the version consists of (system prompt, tools), as JSON text. */
  readonly content?: string;
}

/** The same facts; its number counts within its agent. `content` is what it was made with. */
export type AgentVersion = Agent & { readonly content: string | null };

export interface ProjectSettings {
  /** Refuse events of another agent version in a trace (WhyOps's 409) instead of recording the version of each event. */
  readonly strictAgentVersions: boolean;
  /** Traces without a sign of life for so many days are deleted; `null`: never, `default`: as the server is set. */
  readonly retentionDays: number | null | 'default';
}
