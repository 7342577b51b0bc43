/** A value in one line: JSON, as far as it fits. Never walks further than it writes, so depth and size do not matter. */

import { isObject } from './fields.ts';

const DEPTH_MAX = 6;

export function compact(value: unknown, charsMax: number): string {
  const out = new Line(charsMax);
  out.add(value, 0);
  return out.text;
}

/** `place: "Lofoten", days: 5`: what a tool was called with, without the braces. */
export function argumentsLine(value: unknown, charsMax = 160): string {
  if (value === null || value === undefined) return '';
  if (!isObject(value)) return compact(value, charsMax);
  const out = new Line(charsMax);
  out.addMembers(value, 0);
  return out.text;
}

class Line {
  text = '';
  readonly #charsMax: number;

  constructor(charsMax: number) {
    this.#charsMax = charsMax;
  }

  get #isFull(): boolean {
    return this.text.length >= this.#charsMax;
  }

  #write(piece: string): void {
    if (this.#isFull) return;
    const room = this.#charsMax - this.text.length;
    this.text += piece.length > room ? `${piece.slice(0, room).toWellFormed()}…` : piece;
  }

  add(value: unknown, depth: number): void {
    if (this.#isFull) return;
    if (typeof value === 'string') this.#write(JSON.stringify(value.slice(0, this.#charsMax)));
    else if (typeof value !== 'object' || value === null) this.#write(String(value));
    else if (depth >= DEPTH_MAX) this.#write(Array.isArray(value) ? '[…]' : '{…}');
    else if (Array.isArray(value)) this.#list(value, depth);
    else if (isObject(value)) {
      this.#write('{');
      this.addMembers(value, depth);
      this.#write('}');
    }
  }

  addMembers(object: Readonly<Record<string, unknown>>, depth: number): void {
    let isFirst = true;
    for (const name in object) {
      if (this.#isFull) return;
      if (!Object.hasOwn(object, name)) continue;
      this.#write(`${isFirst ? '' : ', '}${name}: `);
      this.add(object[name], depth + 1);
      isFirst = false;
    }
  }

  #list(list: readonly unknown[], depth: number): void {
    this.#write('[');
    for (let i = 0; i < list.length && !this.#isFull; i += 1) {
      if (i > 0) this.#write(', ');
      this.add(list[i], depth + 1);
    }
    this.#write(']');
  }
}
