/** Bodies, queries and texts that can be made larger: twice the input must not take four times as long. */

import { PARSERS } from './parsers.ts';
import type { Random } from './random.ts';
import type { Seeds } from './seeds.ts';
import { cloned, leaf, placesOf, type Tree, textOfTree } from './tree.ts';
import { anyKey, anyText, anyValue } from './values.ts';

export interface GrowthInput {
  readonly kind: 'growth';
  /** A route, or the name of a small reader. */
  readonly of: string;
  readonly shape: string;
  /** About `bytes` long, the same in kind for every length. */
  make(bytes: number): string;
}

type Shape = (random: Random, seeds: Seeds) => (bytes: number) => Tree;

const times = (text: string, bytes: number) =>
  text.repeat(Math.max(1, Math.floor(bytes / Math.max(1, Buffer.byteLength(text)))));
const many = (bytes: number, each: string, make: (i: number) => Tree): Tree[] =>
  Array.from({ length: Math.max(1, Math.floor(bytes / (each.length + 8))) }, (_, i) => make(i));

/** What one place of an event becomes. */
const SHAPES: Readonly<Record<string, Shape>> = {
  text: (random) => {
    const piece = anyText(random).slice(0, 200) || 'x';
    return (bytes) => leaf(JSON.stringify(times(piece, bytes)));
  },
  escapes: (random) => {
    const piece = random.pick(['\\\\', '\\"', '\\u0041', '\\ud83d', '\\n', '\\\\\\"']);
    return (bytes) => leaf(`"${times(piece, bytes)}"`);
  },
  digits: (random) => {
    const head = random.pick(['', '-', '0.', '1e-', '1.5E']);
    return (bytes) => leaf(`${head}${times('7', bytes)}`);
  },
  list: (random) => {
    const value = anyValue(random).slice(0, 300);
    const text = isJson(value) ? value : '{}';
    return (bytes) => ({ kind: 'list', items: many(bytes, text, () => leaf(text)) });
  },
  members: (random) => {
    const value = random.pick(['1', '"x"', 'null', '[]', '{"content":"x"}']);
    return (bytes) => ({ kind: 'object', members: many(bytes, value, leaf0).map((_, i) => [`"k${i}"`, leaf(value)]) });
  },
  'equal-keys': (random) => {
    const key = anyKey(random);
    return (bytes) => ({ kind: 'object', members: many(bytes, key, leaf0).map((_, i) => [key, leaf(String(i))]) });
  },
  pieces: (random, seeds) => {
    const piece = random.pick(placesOf(random.pick(seeds.bodies), () => undefined)).tree;
    const text = textOfTree(piece) || '0';
    return (bytes) => ({ kind: 'list', items: many(bytes, text, () => leaf(text)) });
  },
  nested: () => (bytes) => {
    const one = `${'['.repeat(400)}${']'.repeat(400)}`;
    return { kind: 'list', items: many(bytes, one, () => leaf(one)) };
  },
};
const leaf0 = () => leaf('0');

export function growthInput(seeds: Seeds, random: Random): GrowthInput {
  if (random.chance(0.3)) return parserGrowth(random);
  const { route } = random.pick(seeds.events);
  const { body } = random.pick(seeds.of(route.id));
  const shape = random.chance(0.25) ? 'batch' : random.pick(Object.keys(SHAPES));
  if (shape === 'batch') return { kind: 'growth', of: route.id, shape, make: (bytes) => batchOf(body, bytes) };
  const grown = SHAPES[shape]?.(random, seeds) ?? leaf0;
  const at = random.next();
  const make = (bytes: number) => {
    let root = cloned(body);
    const places = placesOf(root, (tree) => {
      root = tree;
    });
    places[Math.floor(at * places.length)]?.put(grown(bytes));
    return textOfTree(root);
  };
  return { kind: 'growth', of: route.id, shape, make };
}

function parserGrowth(random: Random): GrowthInput {
  const of = random.pick(Object.keys(PARSERS));
  const isText = PARSERS[of]?.takes === 'text';
  const piece = isText
    ? random.chance(0.5) && PARSERS[of]?.samples !== undefined
      ? random.pick(PARSERS[of]?.samples ?? [''])
      : anyText(random).slice(0, 100) || '.'
    : anyValue(random).slice(0, 200);
  const value = isJson(piece) ? piece : '0';
  const make = (bytes: number) => (isText ? times(piece, bytes) : `[${times(`${value},`, bytes)}${value}]`);
  return { kind: 'growth', of, shape: isText ? 'text' : 'list', make };
}

/** The event again and again, in a list as the vendor takes it. */
function batchOf(body: Tree, bytes: number): string {
  const first = body.kind === 'object' ? body.members.find(([key]) => key === '"events"')?.[1] : undefined;
  const list = first ?? body;
  const items = list.kind === 'list' ? list.items.map(textOfTree) : [textOfTree(list)];
  const text = items.join(',') || '{}';
  const repeated = `[${times(`${text},`, bytes)}${text}]`;
  return first === undefined ? repeated : `{"events":${repeated}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
