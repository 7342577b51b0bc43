/**
 * JSON as it is spelled: leaves keep their text, objects keep the order and the repetition of their members. So a mutation
 * can say what `JSON.stringify` cannot: `1e400`, `-0`, half an emoji, one key twice.
 */

export type Tree =
  /** A number, a string, a word: the text itself. */
  | { readonly kind: 'leaf'; text: string }
  | { readonly kind: 'list'; readonly items: Tree[] }
  /** Keys are JSON texts, with their quotes. */
  | { readonly kind: 'object'; readonly members: [key: string, value: Tree][] };

export function leaf(text: string): Tree {
  return { kind: 'leaf', text };
}

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return leaf(JSON.stringify(value) ?? 'null');
  return { kind: 'object', members: Object.entries(value).map(([key, one]) => [JSON.stringify(key), treeOf(one)]) };
}

export function cloned(tree: Tree): Tree {
  if (tree.kind === 'leaf') return leaf(tree.text);
  if (tree.kind === 'list') return { kind: 'list', items: tree.items.map(cloned) };
  return { kind: 'object', members: tree.members.map(([key, value]) => [key, cloned(value)]) };
}

export function textOfTree(tree: Tree): string {
  const parts: string[] = [];
  write(tree, parts);
  return parts.join('');
}

function write(tree: Tree, parts: string[]): void {
  if (tree.kind === 'leaf') {
    parts.push(tree.text);
    return;
  }
  const [open, close] = tree.kind === 'list' ? '[]' : '{}';
  parts.push(open ?? '');
  if (tree.kind === 'list')
    for (const [i, item] of tree.items.entries()) {
      if (i > 0) parts.push(',');
      write(item, parts);
    }
  else
    for (const [i, [key, value]] of tree.members.entries()) {
      parts.push(i > 0 ? ',' : '', key, ':');
      write(value, parts);
    }
  parts.push(close ?? '');
}

/** A place in a tree: what stands there, and how to put something else there. */
export interface Place {
  readonly tree: Tree;
  readonly put: (tree: Tree) => void;
}

/** Every place, the root included. Places of one tree are only good until the tree is changed. */
export function placesOf(root: Tree, putRoot: (tree: Tree) => void): Place[] {
  const places: Place[] = [];
  const visit = (tree: Tree, put: (tree: Tree) => void) => {
    places.push({ tree, put });
    if (tree.kind === 'list')
      for (const [i, item] of tree.items.entries())
        visit(item, (other) => {
          tree.items[i] = other;
        });
    else if (tree.kind === 'object')
      for (const member of tree.members)
        visit(member[1], (other) => {
          member[1] = other;
        });
  };
  visit(root, putRoot);
  return places;
}
