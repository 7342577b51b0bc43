/**
 * Which route a request is for. Vendor routes stand at their original paths and under `/<dialect>/…`. Doubled and
 * trailing slashes are tolerated, never redirected: clients that ignore the answer would lose the event
 * (`protocols/weflayr.md` 1, `protocols/whyops.md` 6).
 */

import type { Dialect, EventRoute, ResourceRoute } from '../dialects/dialect.ts';

export type Route = EventRoute | ResourceRoute;

export interface Match {
  readonly dialect: Dialect;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export type Routing =
  | { readonly kind: 'match'; readonly match: Match }
  /** The path is a vendor's, the method or the rest of it is not: the vendor's own words for that. */
  | { readonly kind: 'miss'; readonly dialect: Dialect; readonly fault: 'not-found' | 'method-not-allowed' }
  | { readonly kind: 'none' };

interface Entry {
  readonly dialect: Dialect;
  readonly route: Route;
  readonly segments: readonly string[];
}

export class Router {
  readonly #dialects: readonly Dialect[];
  readonly #static = new Map<string, Match>();
  readonly #dynamic: Entry[] = [];
  readonly #entries: Entry[] = [];

  constructor(dialects: readonly Dialect[]) {
    this.#dialects = dialects;
    for (const dialect of dialects) for (const route of dialect.routes) this.#add(dialect, route);
  }

  #add(dialect: Dialect, route: Route): void {
    for (const path of [route.path, `/${dialect.name}${route.path}`]) {
      const entry: Entry = { dialect, route, segments: split(path) };
      this.#entries.push(entry);
      const key = `${route.method} ${path}`;
      if (path.includes('/:')) this.#dynamic.push(entry);
      else if (!this.#static.has(key)) this.#static.set(key, { dialect, route, params: {} });
    }
  }

  /** `path` without its query. */
  find(method: string, path: string): Routing {
    const direct = this.#static.get(`${method} ${path}`);
    if (direct !== undefined) return { kind: 'match', match: direct };
    const segments = split(path);
    const normal = this.#static.get(`${method} /${segments.join('/')}`);
    if (normal !== undefined) return { kind: 'match', match: normal };
    let otherMethod: Dialect | undefined;
    for (const { dialect, route, segments: pattern } of this.#entries) {
      const params = paramsOf(pattern, segments);
      if (params === undefined) continue;
      if (route.method === method && this.#dynamic.length > 0)
        return { kind: 'match', match: { dialect, route, params } };
      if (!isRootWildcard(pattern)) otherMethod ??= dialect;
    }
    if (otherMethod !== undefined) return { kind: 'miss', dialect: otherMethod, fault: 'method-not-allowed' };
    const neighbour = this.#neighbour(segments);
    return neighbour === undefined ? { kind: 'none' } : { kind: 'miss', dialect: neighbour, fault: 'not-found' };
  }

  /** Methods that a path answers to, for preflights. */
  dialectOf(path: string): Dialect | undefined {
    const segments = split(path);
    const entry = this.#entries.find(
      ({ segments: pattern }) => !isRootWildcard(pattern) && paramsOf(pattern, segments) !== undefined,
    );
    return entry?.dialect ?? this.#neighbour(segments);
  }

  /** The dialect whose routes share the longest beginning with an unknown path; none when not even the first segment. */
  #neighbour(segments: readonly string[]): Dialect | undefined {
    let best: { dialect: Dialect; shared: number } | undefined;
    for (const { dialect, segments: pattern } of this.#entries) {
      let shared = 0;
      while (shared < segments.length && pattern[shared] === segments[shared]) shared += 1;
      if (shared > (best?.shared ?? 0)) best = { dialect, shared };
    }
    return best?.dialect ?? this.#dialects.find((dialect) => dialect.name === segments[0]);
  }
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function isRootWildcard(pattern: readonly string[]): boolean {
  return pattern.length === 1 && pattern[0]?.startsWith(':') === true;
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const segment = segments[i] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeSegment(segment);
    else if (part !== segment) return undefined;
  }
  return params;
}

/** A segment with a broken escape is taken as it stands: it names nothing that exists, and the route says so. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
