/** The recordings of `conformance/`, by route: what the mutations start from. */

import { dialects } from '../../src/dialects/all.ts';
import type { Dialect, EventRoute, ResourceRoute } from '../../src/dialects/dialect.ts';
import { Router } from '../../src/intake/router.ts';
import { readCases } from '../support/replay.ts';
import { leaf, type Tree, treeOf } from './tree.ts';

export interface Target<R extends EventRoute | ResourceRoute = EventRoute | ResourceRoute> {
  readonly dialect: Dialect;
  readonly route: R;
}

export interface Seed {
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Tree;
}

export interface Seeds {
  readonly events: readonly Target<EventRoute>[];
  readonly resources: readonly Target<ResourceRoute>[];
  /** By route id; never empty. */
  of(routeId: string): readonly Seed[];
  /** All bodies, whoever's they are. */
  readonly bodies: readonly Tree[];
}

const NO_SEED: Seed = { params: {}, query: '', headers: {}, body: leaf('') };

export function readSeeds(): Seeds {
  const router = new Router(dialects);
  const byRoute = new Map<string, Seed[]>();
  const byDialect = new Map<string, Seed[]>();
  for (const { requests } of readCases())
    for (const { method, path, headers, body } of requests) {
      const [pathname = '', query = ''] = path.split('?', 2);
      const routing = router.find(method, pathname);
      if (routing.kind !== 'match') continue;
      const { dialect, route, params } = routing.match;
      const seed = { params, query, headers: withoutSecrets(headers), body: bodyOf(body) };
      push(byRoute, route.id, seed);
      if (route.kind === 'events') push(byDialect, dialect.name, seed);
    }
  const targets = dialects.flatMap((dialect) => dialect.routes.map((route): Target => ({ dialect, route })));
  const dialectOf = new Map(targets.map(({ dialect, route }) => [route.id, dialect.name]));
  return {
    events: targets.filter((target): target is Target<EventRoute> => target.route.kind === 'events'),
    resources: targets.filter((target): target is Target<ResourceRoute> => target.route.kind === 'resource'),
    of: (id) => byRoute.get(id) ?? byDialect.get(dialectOf.get(id) ?? '') ?? [NO_SEED],
    bodies: [...byRoute.values()].flat().map(({ body }) => body),
  };
}

/** A body that is no JSON stays what it is. */
function bodyOf(body: unknown): Tree {
  if (body === undefined || body === null) return leaf('');
  if (typeof body !== 'string') return treeOf(body);
  try {
    return treeOf(JSON.parse(body));
  } catch {
    return leaf(body);
  }
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) =>
    /^(x-(?!api-key)|idempotency|user-agent|api-version)/i.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), value]));
}

function push(map: Map<string, Seed[]>, key: string, seed: Seed): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [seed]);
  else list.push(seed);
}
