/**
 * The requests that were refused lately, for people who wonder why nothing arrives. In memory only, a few of each project.
 * Whose a request is says its credential, as when it is accepted; secrets and what a project's rules take out are not kept.
 */

import { type ProjectId, readProjectId } from '../canonical/ids.ts';
import { maskedByName, withoutSecrets } from '../canonical/masking.ts';
import type { Fault } from '../canonical/outcome.ts';
import type { RefusedCount, RefusedRequest } from '../canonical/refused-request.ts';
import type { Claim, EventRoute, IntakeRequest, ResourceRoute } from '../dialects/dialect.ts';
import { refusedBodyBytesMax, refusedRequestProjectsMax, refusedRequestsPerProjectMax } from '../limits.ts';
import type { Redaction } from '../redaction/redaction.ts';
import type { AuthenticateParts } from './authenticate.ts';
import type { Match } from './router.ts';

/** Beyond it nobody looks into a refused body, neither for a credential nor for what rules take out. */
const READ_CHARS_MAX = 1024 * 1024;
/** A flood is not worth more than this; the rest of it is only counted. */
const KEPT_PER_SECOND_MAX = 20;
const SECOND_MS = 1000;
const HEADERS_MAX = 40;
const VALUE_CHARS_MAX = 256;
const MESSAGE_CHARS_MAX = 1000;
const NOBODY = '';

export interface RefusedRequestsParts extends AuthenticateParts {
  readonly redaction: Pick<Redaction, 'of' | 'apply'>;
}

interface Refusals {
  /** The latest last. */
  readonly requests: RefusedRequest[];
  readonly counts: Map<string, RefusedCount>;
  secondBegan: number;
  keptInSecond: number;
}

export class RefusedRequests {
  readonly #parts: RefusedRequestsParts;
  /** The project with the latest refusal last. */
  readonly #byProject = new Map<ProjectId | typeof NOBODY, Refusals>();
  #next = 1;
  readonly #now: () => number;

  /** `now` in milliseconds. */
  constructor(parts: RefusedRequestsParts, now: () => number = () => performance.now()) {
    this.#parts = parts;
    this.#now = now;
  }

  /** Never rejects, and is never waited for: an answer must not depend on it. */
  async add({ dialect, route }: Pick<Match, 'dialect' | 'route'>, fault: Fault, request: IntakeRequest): Promise<void> {
    try {
      const claims = claimsOf(route, request);
      const projectId = claims.map((claim) => this.#projectOf(claim)).find((id) => id !== undefined) ?? NOBODY;
      const refusals = this.#refusalsOf(projectId);
      count(refusals, dialect.name, fault);
      if (!mayKeep(refusals, this.#now())) return;
      const id = this.#next;
      this.#next += 1;
      const at = new Date().toISOString();
      const shown = await this.#redacted(projectId, route, fault, request);
      const secrets = claims.flatMap(secretsOf);
      const seen = {
        id,
        projectId: projectId === NOBODY ? null : projectId,
        at,
        dialect: dialect.name,
        route: route.id,
      };
      refusals.requests.push({
        ...seen,
        ...shownFault(shown.fault, secrets),
        ...shownRequest(route, shown.request, secrets),
      });
      if (refusals.requests.length > refusedRequestsPerProjectMax) refusals.requests.shift();
    } catch {
      // A route that throws on a strange head would have been answered with its own fault.
    }
  }

  /** The latest first, with an id below `before`. */
  list(
    { projectId, seesNobodys }: { readonly projectId: ProjectId; readonly seesNobodys: boolean },
    { limit, before = Number.POSITIVE_INFINITY }: { readonly limit: number; readonly before?: number },
  ): readonly RefusedRequest[] {
    const owners = seesNobodys ? [projectId, NOBODY] : [projectId];
    return owners
      .flatMap((owner) => this.#byProject.get(owner as ProjectId)?.requests ?? [])
      .filter(({ id }) => id < before)
      .sort((a, b) => b.id - a.id)
      .slice(0, limit);
  }

  /** Since start, or since the project was forgotten because many others were refused something. */
  counts(projectId: ProjectId): readonly RefusedCount[] {
    return [...(this.#byProject.get(projectId)?.counts.values() ?? [])];
  }

  #refusalsOf(projectId: ProjectId | typeof NOBODY): Refusals {
    const known = this.#byProject.get(projectId);
    const refusals = known ?? { requests: [], counts: new Map(), secondBegan: this.#now(), keptInSecond: 0 };
    this.#byProject.delete(projectId);
    this.#byProject.set(projectId, refusals);
    const [oldest] = this.#byProject.keys();
    if (this.#byProject.size > refusedRequestProjectsMax && oldest !== undefined) this.#byProject.delete(oldest);
    return refusals;
  }

  /** Also of a key without the scope: it is that project's mistake. */
  #projectOf(claim: Claim): ProjectId | undefined {
    const { registry, trustsProjectHeaders } = this.#parts;
    const known = (text: string) => {
      const id = readProjectId(text);
      return id !== undefined && registry.hasProject(id) ? id : undefined;
    };
    if (claim.by === 'key') return registry.authenticate(claim.key)?.projectId;
    if (claim.by === 'key-or-project-id') return known(claim.value) ?? registry.authenticate(claim.value)?.projectId;
    if (claim.by === 'trusted-header' && trustsProjectHeaders) return known(claim.projectId);
    return undefined;
  }

  /** Without what the project's rules take out; where that cannot be told, without what they might. */
  async #redacted(
    projectId: ProjectId | typeof NOBODY,
    route: EventRoute | ResourceRoute,
    fault: Fault,
    request: IntakeRequest,
  ): Promise<{ readonly fault: Fault; readonly request: IntakeRequest }> {
    const { redaction } = this.#parts;
    if (projectId === NOBODY || redaction.of(projectId) === undefined) return { fault, request };
    const apply = async (one: IntakeRequest) => {
      const redacted = await redaction.apply(projectId, route, one, Buffer.from(one.text));
      // An empty body: it is no JSON, so nobody can tell.
      return redacted.ok && (one.text === '' || redacted.value.body.length > 0) ? redacted.value.request : undefined;
    };
    // A message may repeat a value.
    const message =
      (await apply({ ...request, text: JSON.stringify([fault.message]) }))?.text.slice(2, -2) ?? fault.code;
    const { receivedAt, text } = request;
    const head = { ...request.head, headers: plainHeaders(route, request) };
    const whole = text.length <= READ_CHARS_MAX ? await apply({ head, text, receivedAt }) : undefined;
    const bare = (await apply({ head, text: '', receivedAt })) ?? {
      head: { ...head, params: {} },
      text: '',
      receivedAt,
    };
    return { fault: { code: fault.code, message }, request: whole ?? bare };
  }
}

/** Those that rules are applied to, and those that say nothing about a person. */
const PLAIN_HEADERS = ['user-agent', 'content-type', 'content-length', 'content-encoding', 'accept', 'host'];

function plainHeaders(route: EventRoute | ResourceRoute, { head }: IntakeRequest): IntakeRequest['head']['headers'] {
  const names = [...PLAIN_HEADERS, ...(route.kind === 'events' ? route.loggedHeaders : [])];
  return Object.fromEntries(names.map((name) => [name, head.headers[name]]));
}

function count({ counts }: Refusals, dialect: string, { code: fault }: Fault): void {
  const key = `${dialect} ${fault}`;
  counts.set(key, { dialect, fault, requests: (counts.get(key)?.requests ?? 0) + 1 });
}

function mayKeep(refusals: Refusals, now: number): boolean {
  if (now - refusals.secondBegan >= SECOND_MS) {
    refusals.secondBegan = now;
    refusals.keptInSecond = 0;
  }
  refusals.keptInSecond += 1;
  return refusals.keptInSecond <= KEPT_PER_SECOND_MAX;
}

function claimsOf(route: EventRoute | ResourceRoute, request: IntakeRequest): readonly Claim[] {
  const claims: Claim[] = [route.credential(request.head)];
  const bodyClaim = route.kind === 'events' ? route.bodyClaim : undefined;
  if (bodyClaim !== undefined && request.text !== '' && request.text.length <= READ_CHARS_MAX)
    claims.push(bodyClaim(request));
  return claims;
}

function secretsOf(claim: Claim): readonly string[] {
  if (claim.by === 'key') return [claim.key];
  return claim.by === 'key-or-project-id' ? [claim.value] : [];
}

function shownFault(
  { code, message, problems }: Fault,
  secrets: readonly string[],
): Pick<RefusedRequest, 'fault' | 'message' | 'field'> {
  const shown = withoutSecrets(message, secrets).slice(0, MESSAGE_CHARS_MAX);
  return { fault: code, message: shown, field: problems?.[0]?.path ?? null };
}

function shownRequest(
  route: EventRoute | ResourceRoute,
  { head, text }: IntakeRequest,
  secrets: readonly string[],
): Pick<RefusedRequest, 'method' | 'path' | 'query' | 'headers' | 'body' | 'bodyChars'> {
  const clean = (value: string) => withoutSecrets(value, secrets).slice(0, VALUE_CHARS_MAX);
  const cleaned = (values: Iterable<readonly [string, string | undefined]>) =>
    maskedByName(
      [...values].slice(0, HEADERS_MAX).map(([name, value]) => [clean(name), value && clean(value)] as const),
    );
  const path = route.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(clean(head.params[name] ?? '').toWellFormed()),
  );
  return {
    method: head.method,
    path,
    query: cleaned(head.query),
    headers: cleaned(Object.entries(head.headers)),
    body: text === '' ? null : beginning(text, secrets),
    bodyChars: text.length,
  };
}

/** A secret that lies across the cut is masked before it is cut. */
function beginning(text: string, secrets: readonly string[]): string {
  const longest = Math.max(0, ...secrets.map((secret) => secret.length));
  const bytes = Buffer.from(withoutSecrets(text.slice(0, refusedBodyBytesMax + longest), secrets));
  // The decoder keeps back a character that was cut.
  return new TextDecoder().decode(bytes.subarray(0, refusedBodyBytesMax), { stream: true });
}
