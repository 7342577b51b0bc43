/** A smaller input that breaks the same property. */

import { check } from './check.ts';
import { propertyOf } from './finding.ts';
import type { GrowthInput } from './growth.ts';
import type { HttpInput, Input } from './inputs.ts';
import { leaf, type Tree, textOfTree, treeOf } from './tree.ts';

type Checked = Exclude<Input, HttpInput | GrowthInput>;
const MS_MAX = 10_000;

/** Takes away headers, query, params, then parts of the body, as long as the property stays broken. */
export async function shrunk(input: Checked, property: string): Promise<Checked> {
  const deadline = Date.now() + MS_MAX;
  const breaks = async (candidate: Checked) => {
    if (Date.now() > deadline) return false;
    try {
      await check(candidate);
      return false;
    } catch (error) {
      return propertyOf(error) === property;
    }
  };
  let best: Checked = input;
  if (best.kind !== 'parser') {
    for (const part of [{ headers: {} }, { query: '' }])
      if (await breaks({ ...best, ...part })) best = { ...best, ...part };
  }
  const textOf = (checked: Checked) => (checked.kind === 'parser' ? checked.text : checked.body.toString());
  const withText = (text: string): Checked =>
    best.kind === 'parser' ? { ...best, text } : { ...best, body: Buffer.from(text) };
  let tree = parsed(textOf(best));
  while (tree !== undefined) {
    let smaller: Tree | undefined;
    for (const candidate of smallerTrees(tree)) {
      if (!(await breaks(withText(textOfTree(candidate))))) continue;
      smaller = candidate;
      break;
    }
    if (smaller === undefined) return withText(textOfTree(tree));
    tree = smaller;
  }
  return shrunkText(textOf(best), withText, breaks, best);
}

async function shrunkText(
  start: string,
  withText: (text: string) => Checked,
  breaks: (candidate: Checked) => Promise<boolean>,
  best: Checked,
): Promise<Checked> {
  let text = start;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < text.length; ) {
      const candidate = text.slice(0, at) + text.slice(at + size);
      if (await breaks(withText(candidate))) text = candidate;
      else at += size;
    }
  return text === start ? best : withText(text);
}

/** One part taken away, or one shortened, at any depth. */
function* smallerTrees(tree: Tree): Generator<Tree> {
  if (tree.kind === 'leaf') {
    for (const text of ['0', '""', 'null']) if (tree.text.length > text.length) yield leaf(text);
    return;
  }
  yield leaf('0');
  if (tree.kind === 'list') {
    yield* tree.items;
    if (tree.items.length > 3) yield { kind: 'list', items: tree.items.slice(0, tree.items.length / 2) };
    for (const [i, item] of tree.items.entries()) {
      yield { kind: 'list', items: tree.items.toSpliced(i, 1) };
      for (const smaller of smallerTrees(item)) yield { kind: 'list', items: tree.items.with(i, smaller) };
    }
    return;
  }
  for (const [i, [key, value]] of tree.members.entries()) {
    yield { kind: 'object', members: tree.members.toSpliced(i, 1) };
    for (const smaller of smallerTrees(value)) yield { kind: 'object', members: tree.members.with(i, [key, smaller]) };
  }
}

/** Only when the text is what it would be written as: duplicate keys and odd numbers are the point of many inputs. */
function parsed(text: string): Tree | undefined {
  try {
    const tree = treeOf(JSON.parse(text));
    return textOfTree(tree) === text ? tree : undefined;
  } catch {
    return undefined;
  }
}
