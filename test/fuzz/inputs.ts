/** Input n of a seed. Everything about it comes from the two numbers. */

import type { EventRoute, ResourceRoute } from '../../src/dialects/dialect.ts';
import { type GrowthInput, growthInput } from './growth.ts';
import { mutatedBytes, mutatedTree } from './mutate.ts';
import { PARSERS } from './parsers.ts';
import { Random } from './random.ts';
import { anyPiece, headersOf, queryOf } from './request-parts.ts';
import type { Seeds, Target } from './seeds.ts';
import { type Tree, textOfTree } from './tree.ts';
import { anyText, anyValue } from './values.ts';

/** A request to one route, as its handler sees it. */
export interface RequestInput {
  readonly kind: 'events' | 'resource';
  readonly routeId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A text for one of the smaller readers. */
export interface ParserInput {
  readonly kind: 'parser';
  readonly parser: string;
  readonly text: string;
}

/** To be sent to a running server: everything else about it is decided there (`http-inputs.ts`). */
export interface HttpInput {
  readonly kind: 'http';
  readonly seed: number;
  readonly n: number;
}

export type Input = RequestInput | ParserInput | GrowthInput | HttpInput;

/** One in sixteen goes over HTTP, so that a million inputs are 62 500 requests. */
const KINDS = 16;
const GROWTH_EVERY = 1024;

export function isHttp(n: number): boolean {
  return n % KINDS === KINDS - 1;
}

export function inputOf(seed: number, n: number, seeds: Seeds): Input {
  if (isHttp(n)) return { kind: 'http', seed, n };
  const random = new Random(seed, n);
  if (n % GROWTH_EVERY === 8) return growthInput(seeds, random);
  const slot = n % KINDS;
  if (slot < 11) return requestInput('events', random.pick(seeds.events), seeds, random);
  if (slot < 13) return requestInput('resource', random.pick(seeds.resources), seeds, random);
  return parserInput(seeds, random);
}

export function requestInput(
  kind: RequestInput['kind'],
  { route }: Target<EventRoute | ResourceRoute>,
  seeds: Seeds,
  random: Random,
): RequestInput {
  const start = random.pick(seeds.of(route.id));
  const params = Object.fromEntries(
    [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [
      name,
      start.params[name] !== undefined && random.chance(0.6) ? start.params[name] : anyPiece(seeds, random) || 'x',
    ]),
  );
  return {
    kind,
    routeId: route.id,
    params,
    query: queryOf(start.query, route.id, seeds, random),
    headers: headersOf(start.headers, random),
    body: bodyOf(route.method, start.body, seeds, random),
  };
}

function bodyOf(method: string, start: Tree, seeds: Seeds, random: Random): Buffer {
  if (method === 'GET' && random.chance(0.9)) return Buffer.alloc(0);
  const strange = () => random.pick(seeds.bodies);
  const tree = random.chance(0.05) ? strange() : start;
  const text = textOfTree(mutatedTree(tree, random, strange));
  const body = Buffer.from(text);
  return random.chance(0.12) ? mutatedBytes(body, random) : body;
}

function parserInput(seeds: Seeds, random: Random): ParserInput {
  const names = Object.keys(PARSERS);
  const parser = random.pick(names);
  const isJson = PARSERS[parser]?.takes === 'json';
  const strange = () => random.pick(seeds.bodies);
  const tree = () => textOfTree(mutatedTree(strange(), random, strange));
  const jsonText = () => (random.chance(0.5) ? tree() : anyValue(random));
  const own = PARSERS[parser]?.samples ?? [];
  const text = () =>
    own.length > 0 && random.chance(0.6)
      ? mutatedBytes(Buffer.from(random.pick(own)), random).toString()
      : random.chance(0.3)
        ? anyPiece(seeds, random)
        : anyText(random);
  return { kind: 'parser', parser, text: isJson ? jsonText() : text() };
}
