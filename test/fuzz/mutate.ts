/** Changes to JSON that is nearly right, and to bytes that were JSON. */

import type { Random } from './random.ts';
import { cloned, leaf, type Place, placesOf, type Tree, textOfTree } from './tree.ts';
import { anyKey, anyText, anyValue, NUMBERS, TIMES } from './values.ts';

const LIST_ITEMS_MAX = 300;
const REPEATED_CHARS_MAX = 20_000;

/** `strange`: pieces of other recordings. */
export function mutatedTree(seed: Tree, random: Random, strange: () => Tree): Tree {
  let root = cloned(seed);
  const put = (tree: Tree) => {
    root = tree;
  };
  // Unchanged ones, too: what the recordings say must hold as well.
  for (let left = random.chance(0.03) ? 0 : 1 + random.size(8); left > 0; left -= 1) {
    const places = placesOf(root, put);
    mutateAt(random.pick(places), places, random, strange);
  }
  return root;
}

function mutateAt(place: Place, places: readonly Place[], random: Random, strange: () => Tree): void {
  const other = replacement(place.tree, places, random, strange);
  if (other !== undefined) place.put(other);
  else if (place.tree.kind === 'list') changeList(place.tree.items, random);
  else if (place.tree.kind === 'object') changeMembers(place.tree.members, random);
}

/** `undefined`: the place keeps its list or object, which is changed itself. */
function replacement(tree: Tree, places: readonly Place[], random: Random, strange: () => Tree): Tree | undefined {
  switch (random.int(9)) {
    case 0:
      return leaf(anyValue(random));
    case 1:
      return retyped(tree, random);
    case 2:
      return cloned(random.pick(placesOf(strange(), () => undefined)).tree);
    case 3:
      // Of a copy: a tree inside itself has no text.
      return cloned(random.pick(places).tree);
    case 4:
      return random.chance(0.5)
        ? { kind: 'list', items: [tree] }
        : { kind: 'object', members: [[anyKey(random), tree]] };
    default:
      return tree.kind === 'leaf' ? leaf(changedLeaf(tree.text, random)) : undefined;
  }
}

/** The same thing in another type: what lenient clients send. */
function retyped(tree: Tree, random: Random): Tree {
  const text = textOfTree(tree);
  if (tree.kind === 'leaf' && text.startsWith('"') && random.chance(0.5)) {
    const plain: unknown = JSON.parse(text);
    return leaf(/^-?\d+$/.test(String(plain)) ? String(Number(plain)) : random.pick(['0', 'true', '[]', '{}', 'null']));
  }
  if (random.chance(0.3)) return tree.kind === 'leaf' ? leaf('null') : leaf('""');
  return leaf(JSON.stringify(text));
}

function changedLeaf(text: string, random: Random): string {
  if (!text.startsWith('"')) return random.pick(NUMBERS);
  const value = String(JSON.parse(text));
  if (/^\d{4}-\d\d/.test(value) && random.chance(0.7)) return random.pick(TIMES);
  const cut = random.int(value.length + 1);
  const other = [
    () => value.slice(0, cut),
    () => value.slice(0, cut) + anyText(random) + value.slice(cut),
    () => value.toUpperCase(),
    () => value.repeat(1 + random.size(Math.max(1, Math.min(500, REPEATED_CHARS_MAX / (value.length + 1))))),
    () => `${value}\ud83d`,
    () => ` ${value}\u0000`,
    () => anyText(random),
  ];
  return JSON.stringify(random.pick(other)());
}

function changeList(items: Tree[], random: Random): void {
  const at = random.int(items.length + 1);
  const item = items[at] ?? leaf(anyValue(random));
  switch (random.int(6)) {
    case 0:
      items.splice(at, 1);
      return;
    case 1:
      items.splice(at, 0, leaf(anyValue(random)));
      return;
    case 2:
      items.splice(at);
      return;
    case 3:
      items.reverse();
      return;
    case 4:
      items.splice(at, 0, cloned(item));
      return;
    default:
      for (let left = random.size(Math.max(1, LIST_ITEMS_MAX / (items.length + 1))); left > 0; left -= 1)
        items.push(cloned(item));
  }
}

function changeMembers(members: [string, Tree][], random: Random): void {
  const at = random.int(members.length + 1);
  const member = members[at] ?? [anyKey(random), leaf(anyValue(random))];
  switch (random.int(7)) {
    case 0:
      members.splice(at, 1);
      return;
    case 1:
      members.splice(at, 0, [anyKey(random), leaf(anyValue(random))]);
      return;
    case 2:
      // One key twice: the last one counts.
      members.splice(random.int(members.length + 1), 0, [member[0], leaf(anyValue(random))]);
      return;
    case 3:
      members.reverse();
      return;
    case 4:
      member[0] = anyKey(random);
      return;
    case 5:
      member[0] = respelled(member[0]);
      return;
    default:
      members.splice(at);
  }
}

/** `runId` and `run_id` are one name to some vendors. */
function respelled(key: string): string {
  return key.includes('_')
    ? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : key.replace(/(?<!\\u?[0-9a-f]*)[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const BAD_BYTES: readonly Buffer[] = [
  'ff',
  'c080',
  'eda080',
  'f4908080',
  'e282',
  '80',
  '00',
  'efbbbf',
  'feff',
  'fffe',
  '1f8b',
  '0d0a',
].map((hex) => Buffer.from(hex, 'hex'));

/** Damage below JSON: cut, flipped, doubled, put together. */
export function mutatedBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.int(bytes.length + 1);
  const length = random.size(64);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.int(9)) {
    case 0:
      return head;
    case 1: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.int(8));
      return flipped;
    }
    case 2:
      return Buffer.concat([head, random.pick(BAD_BYTES), tail]);
    case 3:
      return Buffer.concat([random.pick(BAD_BYTES), bytes]);
    case 4:
      return Buffer.concat([head, bytes.subarray(at + length)]);
    case 5:
      return Buffer.concat([head, tail.subarray(0, length), tail]);
    case 6:
      return Buffer.concat([bytes, Buffer.from(random.pick(['', ' ', '\n', '{}', ',', ']', '\u0000'])), bytes]);
    case 7:
      // Blanks where JSON allows them, and a few that it does not.
      return Buffer.from(
        bytes.toString('latin1').replace(/[,:[\]{}]/g, (c) => c + random.pick(['', ' ', '\t', '\r\n', '\v'])),
        'latin1',
      );
    default:
      return Buffer.concat([
        head,
        Buffer.from(random.pick(['"', '\\', '[', '{', '}', ']', ':', ',', '\\u', '1e', '-']).repeat(length + 1)),
        tail,
      ]);
  }
}
