/** Requests to a running server: vendors' routes and the own API, with what only HTTP has: paths, methods, headers, encodings. */

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { RequestInput } from './inputs.ts';
import { requestInput } from './inputs.ts';
import { mutatedTree } from './mutate.ts';
import { Random } from './random.ts';
import { anyPiece, queryOf } from './request-parts.ts';
import type { Seeds, Target } from './seeds.ts';
import { textOfTree, treeOf } from './tree.ts';
import { anyText, anyValue } from './values.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of the own API: what its description says it may answer. */
  readonly statuses?: readonly number[];
}

/** Who sends. Events and own settings are of different projects, so that a changed setting does not end the run. */
export interface Senders {
  readonly projectId: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly otherKey: string;
}

/** One operation of the own API, as its description has it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: { readonly enum?: readonly string[] };
  }[];
  readonly bodyNames: readonly string[];
  readonly statuses: readonly number[];
}

export interface HttpWorld {
  readonly seeds: Seeds;
  readonly operations: readonly Operation[];
  readonly senders: Senders;
}

/** Node's own parser answers longer ones. */
const PATH_CHARS_MAX = 12_000;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export function httpRequestOf(seed: number, n: number, world: HttpWorld): HttpRequest {
  const random = new Random(seed, n);
  const share = random.next();
  if (share < 0.7) return vendorRequest('events', random.pick(intakes(world.seeds)), world, random);
  if (share < 0.8) return vendorRequest('events', random.pick(world.seeds.events), world, random);
  if (share < 0.9) return vendorRequest('resource', random.pick(world.seeds.resources), world, random);
  return ownRequest(random.pick(world.operations), world, random);
}

/** Most requests: the others read or wait for the store, and take a hundred times as long. */
function intakes({ events }: Seeds): Seeds['events'] {
  return events.filter(({ route }) => route.method === 'POST' && route.answersAfter === 'log');
}

function vendorRequest(kind: RequestInput['kind'], target: Target, world: HttpWorld, random: Random): HttpRequest {
  const { dialect, route } = target;
  const input = requestInput(kind, target, world.seeds, random);
  const params =
    random.chance(0.8) && 'clientId' in input.params ? { clientId: world.senders.projectId } : input.params;
  const bare = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const prefixed = random.chance(0.15) ? `/${dialect.name}${bare}` : bare;
  const path = random.chance(0.06) ? changedPath(prefixed, random) : prefixed;
  return {
    method: random.chance(0.03) ? random.pick(METHODS) : route.method,
    path: withQuery(path, input.query),
    ...encoded(
      withFingerprint(input.body, world, random),
      headersFor(input.headers, world.senders.key, random),
      random,
    ),
  };
}

/** The one thing that a Voker event cannot invent. */
function withFingerprint(body: Buffer, { senders }: HttpWorld, random: Random): Buffer {
  if (random.chance(0.2) || !body.includes('"fingerprint_id"')) return body;
  return Buffer.from(
    body.toString('latin1').replace(/"fingerprint_id":"[^"]*"/, `"fingerprint_id":"${senders.fingerprint}"`),
    'latin1',
  );
}

function headersFor(given: Readonly<Record<string, string>>, key: string, random: Random): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...given };
  const share = random.next();
  if (share < 0.9) {
    headers.authorization = `Bearer ${key}`;
    headers['x-api-key'] = key;
  } else if (share < 0.93) delete headers.authorization;
  if (random.chance(0.05))
    headers['content-type'] = random.pick([
      'text/plain',
      'application/x-ndjson',
      'multipart/form-data',
      'application/json; charset=latin1',
      ';',
      '',
    ]);
  if (random.chance(0.05)) headers.origin = random.pick(['http://a.test', 'null', '*', 'é', 'http://a.test\tb']);
  if (random.chance(0.02)) headers.expect = '100-continue';
  return headers;
}

const ENCODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  'x-gzip': (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
};

/** Mostly plain; else packed, packed wrongly, or said to be packed. */
function encoded(body: Buffer, headers: Record<string, string>, random: Random): Pick<HttpRequest, 'headers' | 'body'> {
  if (!random.chance(0.08)) return { headers, body };
  const name = random.pick([
    'gzip',
    'x-gzip',
    'deflate',
    'br',
    'identity',
    'zstd',
    'gzip, gzip',
    '',
    'GZIP',
    '__proto__',
  ]);
  const packed = Object.hasOwn(ENCODERS, name) && random.chance(0.8) ? (ENCODERS[name]?.(body) ?? body) : body;
  const cut = random.chance(0.15) ? packed.subarray(0, random.int(packed.length + 1)) : packed;
  return { headers: { ...headers, 'content-encoding': name }, body: cut };
}

function changedPath(path: string, random: Random): string {
  const at = random.int(path.length + 1);
  const [head, tail] = [path.slice(0, at), path.slice(at)];
  const piece = random.pick([
    '/',
    '//',
    '/../',
    '/./',
    '%2F',
    '%2e%2e',
    '%00',
    '%',
    '%zz',
    ';x',
    '\\',
    '%ff',
    ':',
    '*',
    '%20',
    '@',
    '#',
  ]);
  return random.pick([
    head + piece + tail,
    `${path}/`,
    head,
    path.toUpperCase(),
    `/${path}`,
    `${path}/${encodeURIComponent(anyText(random).toWellFormed())}`,
  ]);
}

function withQuery(path: string, query: string): string {
  const safe = path.replace(/[^\x21-\x7e]/g, (c) => encodeURIComponent(c.toWellFormed()));
  const rooted = safe.startsWith('/') ? safe : `/${safe}`;
  return (query === '' ? rooted : `${rooted}?${query}`).slice(0, PATH_CHARS_MAX);
}

const OWN_VALUES: readonly string[] = [
  ...[
    '1',
    '0',
    '1000',
    '1001',
    '-1',
    'NaN',
    '1e3',
    '2026-01-31T09:30:00Z',
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    'true',
    'day',
    'hour',
  ],
  ...[
    'lunary',
    'cost',
    'model',
    'ok',
    'W10',
    'WzEsImEiXQ',
    'WzEsMiwzXQ',
    'WyIiLCIiLDFd',
    '2261-12-31T00:00:00Z',
    '0001-01-01T00:00:00Z',
  ],
];

function ownRequest(operation: Operation, world: HttpWorld, random: Random): HttpRequest {
  const value = (choices: readonly string[] | undefined) => {
    if (choices !== undefined && random.chance(0.6)) return random.pick(choices);
    return random.chance(0.4) ? random.pick(OWN_VALUES) : anyPiece(world.seeds, random).slice(0, 3000);
  };
  const path = operation.path.replace(/\{(\w+)\}/g, () => encodeURIComponent(value(undefined) || 'x'));
  const query = new URLSearchParams(random.chance(0.1) ? queryOf('', 'own', world.seeds, random) : '');
  for (const parameter of operation.parameters)
    if (parameter.in === 'query' && random.chance(0.35)) query.append(parameter.name, value(parameter.schema?.enum));
  const members = Object.fromEntries(operation.bodyNames.map((name) => [name, random.chance(0.5) ? 1 : 'x']));
  const tree = mutatedTree(treeOf(members), random, () => random.pick(world.seeds.bodies));
  const hasBody = operation.method !== 'GET' && random.chance(0.9);
  const text = random.chance(0.05) ? anyValue(random) : textOfTree(tree);
  return {
    method: operation.method,
    path: withQuery(random.chance(0.03) ? changedPath(path, random) : path, query.toString()),
    headers: headersFor({}, world.senders.otherKey, random),
    body: hasBody ? Buffer.from(text) : Buffer.alloc(0),
    statuses: operation.statuses,
  };
}
