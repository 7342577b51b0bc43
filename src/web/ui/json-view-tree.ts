/**
 * The open part of a JSON value as rows. Only what is open exists: a container gets a node when it is opened first, and
 * shows its members by the thousand. Nothing recurses, so depth is no matter.
 */

import type { Step } from './json-view-search.ts';

const MEMBERS_STEP = 1000;
/** Rows that are open at first, if so many fit. */
const OPEN_ROWS = 60;
const OPEN_DEPTH = 6;
/** Of "open all below". */
const OPEN_ALL_ROWS = 5000;
/** Longer strings are cut to a line, and open as a text. */
export const STRING_CHARS_MAX = 160;

export interface Place {
  /** `undefined` for the whole. */
  readonly parent: JsonNode | undefined;
  /** Among the members of the parent. */
  readonly index: number;
}

export function rowId({ parent, index }: Place): string {
  return parent === undefined ? 'whole' : `${parent.serial}-${index}`;
}

export interface JsonRow extends Place {
  /** `rowId`: unique, and the same as long as the value is. */
  readonly id: string;
  readonly depth: number;
  readonly key: string | number | undefined;
  readonly value: unknown;
  /** How many members, for what can be opened; a long string has none and can be opened, too. */
  readonly count: number | undefined;
  readonly isOpen: boolean;
  /** Instead of a value: so many members are not shown yet. */
  readonly moreCount?: number;
}

export class JsonNode implements Place {
  readonly parent: JsonNode | undefined;
  readonly index: number;
  readonly value: object | string;
  readonly depth: number;
  readonly serial: number;
  /** Of an object. */
  readonly keys: readonly string[] | undefined;
  readonly count: number;
  /** Of members that are or were open. */
  readonly nodes = new Map<number, JsonNode>();
  isOpen = false;
  shownCount = MEMBERS_STEP;

  constructor(value: object | string, { parent, index }: Place, serial: number) {
    this.parent = parent;
    this.index = index;
    this.value = value;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.serial = serial;
    this.keys = typeof value === 'string' || Array.isArray(value) ? undefined : Object.keys(value);
    this.count = this.keys?.length ?? (Array.isArray(value) ? value.length : 0);
  }

  memberKey(index: number): string | number {
    return this.keys?.[index] ?? index;
  }

  member(index: number): unknown {
    return typeof this.value === 'string' ? undefined : Reflect.get(this.value, this.memberKey(index));
  }
}

export function canOpen(value: unknown): value is object | string {
  if (typeof value === 'string') return value.length > STRING_CHARS_MAX || value.includes('\n');
  return typeof value === 'object' && value !== null && sizeOf(value) > 0;
}

function sizeOf(value: object): number {
  if (Array.isArray(value)) return value.length;
  // Not `Object.keys(…).length` for each row: a large object would be listed again and again.
  for (const name in value) if (Object.hasOwn(value, name)) return 1;
  return 0;
}

export class JsonTree {
  readonly value: unknown;
  readonly root: JsonNode | undefined;
  #nodeCount = 0;

  constructor(value: unknown) {
    this.value = value;
    this.root = canOpen(value) ? this.#make(value, { parent: undefined, index: 0 }) : undefined;
    this.#openAtFirst();
  }

  #make(value: object | string, place: Place): JsonNode {
    this.#nodeCount += 1;
    return new JsonNode(value, place, this.#nodeCount);
  }

  nodeAt({ parent, index }: Place): JsonNode | undefined {
    return parent === undefined ? this.root : parent.nodes.get(index);
  }

  /** Made if it is not there; `undefined` for what cannot be opened. */
  #nodeFor({ parent, index }: Place): JsonNode | undefined {
    if (parent === undefined) return this.root;
    const found = parent.nodes.get(index);
    if (found !== undefined) return found;
    const value = parent.member(index);
    if (!canOpen(value)) return undefined;
    const node = this.#make(value, { parent, index });
    parent.nodes.set(index, node);
    return node;
  }

  /** Of what a search has found. */
  placeOf(step: Step): Place | undefined {
    const indexes: number[] = [];
    for (let at: Step | undefined = step; at !== undefined; at = at.above) indexes.push(at.index);
    let parent = this.root;
    for (let i = indexes.length - 1; i > 0 && parent !== undefined; i -= 1)
      parent = this.#nodeFor({ parent, index: indexes[i] ?? 0 });
    return parent === undefined ? undefined : { parent, index: step.index };
  }

  setOpen(place: Place, isOpen: boolean): void {
    const node = this.#nodeFor(place);
    if (node !== undefined) node.isOpen = isOpen;
  }

  showMore(node: JsonNode): void {
    node.shownCount += MEMBERS_STEP;
  }

  /** All of its ancestors, so that it has a row. */
  reveal(place: Place): void {
    let { index } = place;
    for (let node = place.parent; node !== undefined; node = node.parent) {
      node.isOpen = true;
      node.shownCount = Math.max(node.shownCount, index + 1);
      index = node.index;
    }
  }

  /** Breadth first, until the rows are enough. `false`: there is more below. */
  openBelow(place: Place, rowsMax = OPEN_ALL_ROWS, depthMax = Number.POSITIVE_INFINITY): boolean {
    const waiting: Place[] = [place];
    let rows = 1;
    for (let next = 0; next < waiting.length; next += 1) {
      const node = this.#nodeFor(waiting[next] ?? place);
      if (node === undefined || (typeof node.value === 'string' && node.parent !== undefined)) continue;
      const shown = Math.min(node.count, node.shownCount);
      if (node.depth >= depthMax) continue;
      if (rows + shown > rowsMax) return false;
      node.isOpen = true;
      rows += shown;
      for (let index = 0; index < shown; index += 1)
        if (typeof node.member(index) === 'object') waiting.push({ parent: node, index });
    }
    return true;
  }

  closeBelow(place: Place): void {
    const waiting = [this.nodeAt(place)];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      node.isOpen = false;
      waiting.push(...node.nodes.values());
    }
  }

  #openAtFirst(): void {
    const whole = { parent: undefined, index: 0 };
    if (this.root === undefined) return;
    this.root.isOpen = true;
    this.openBelow(whole, OPEN_ROWS, OPEN_DEPTH);
  }

  rows(): readonly JsonRow[] {
    const rows: JsonRow[] = [this.#row({ parent: undefined, index: 0 }, undefined, this.value, 0)];
    const walk: { readonly node: JsonNode; index: number }[] = [];
    if (this.root?.isOpen === true) walk.push({ node: this.root, index: 0 });
    for (let at = walk.at(-1); at !== undefined; at = walk.at(-1)) {
      const { node, index } = at;
      if (index >= Math.min(node.count, node.shownCount)) {
        walk.pop();
        if (index < node.count) rows.push(moreRow(node, index));
        continue;
      }
      at.index += 1;
      rows.push(this.#row({ parent: node, index }, node.memberKey(index), node.member(index), node.depth + 1));
      const inner = node.nodes.get(index);
      if (inner?.isOpen === true) walk.push({ node: inner, index: 0 });
    }
    return rows;
  }

  #row(place: Place, key: string | number | undefined, value: unknown, depth: number): JsonRow {
    const { parent, index } = place;
    const node = this.nodeAt(place);
    const count = canOpen(value) ? (node?.count ?? countOf(value)) : undefined;
    return { parent, index, id: rowId(place), depth, key, value, count, isOpen: node?.isOpen ?? false };
  }
}

function countOf(value: object | string): number {
  if (typeof value === 'string') return 0;
  return Array.isArray(value) ? value.length : Object.keys(value).length;
}

function moreRow(node: JsonNode, index: number): JsonRow {
  return {
    ...{ parent: node, index, id: `${node.serial}-more`, depth: node.depth + 1, key: undefined, value: undefined },
    ...{ count: undefined, isOpen: false, moreCount: node.count - index },
  };
}

const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;

/** As JavaScript and `jq` write it: `$.messages[0]["content-type"]`. */
export function pathOf({ parent, index }: Place): string {
  const parts: string[] = [];
  let at = index;
  for (let node = parent; node !== undefined; node = node.parent) {
    const key = node.memberKey(at);
    parts.push(typeof key === 'number' ? `[${key}]` : PLAIN_NAME.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);
    at = node.index;
  }
  return `$${parts.toReversed().join('')}`;
}
