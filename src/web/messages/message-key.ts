/**
 * When two messages are the same one: clients send the history again with every call, mostly under other ids, sometimes
 * with the arguments as text and sometimes parsed. Thoughts do not count, they are often not sent again.
 */

import { isObject } from './fields.ts';
import type { Message, Part } from './message.ts';
import { parsed } from './part.ts';

/** Longer texts are told apart by their length and a hash. */
const WHOLE_CHARS_MAX = 200;
const DEPTH_MAX = 40;

export function messageKey({ role, parts }: Message): string {
  return shortened(
    `${role}\n${parts
      .map(partKey)
      .filter((key) => key !== '')
      .join('\n')}`,
  );
}

/** As a message of a tool would say it again. */
export function resultKey(output: unknown): string {
  return shortened(`tool\n${valueKey(output)}`);
}

function partKey(part: Part): string {
  switch (part.type) {
    case 'text':
      return valueKey(part.text);
    case 'thinking':
      return '';
    case 'toolCall':
      return `call ${part.name} ${valueKey(part.arguments)}`;
    case 'toolResult':
      return part.content.map(partKey).join('\n');
    case 'image':
    case 'file':
      return `${part.type} ${part.url ?? ''} ${part.name ?? ''} ${part.bytes ?? ''}`;
    case 'json':
      return valueKey(part.value);
  }
}

/** Text that holds JSON is the same as the JSON. */
function valueKey(value: unknown): string {
  const plain = typeof value === 'string' ? parsed(value.trim()) : value;
  return typeof plain === 'string' ? plain : sorted(plain, 0);
}

/** JSON with its members in order. */
function sorted(value: unknown, depth: number): string {
  if (depth > DEPTH_MAX) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => sorted(item, depth + 1)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? '';
  const members = Object.keys(value).toSorted();
  return `{${members.map((name) => `${JSON.stringify(name)}:${sorted(value[name], depth + 1)}`).join(',')}}`;
}

function shortened(key: string): string {
  return key.length <= WHOLE_CHARS_MAX ? key : `${key.slice(0, 60)}#${key.length}#${hash(key)}`;
}

/** FNV-1a over code units, twice with different seeds: 64 bits in all. */
function hash(text: string): string {
  let [one, two] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two ^ unit, 0x85ebca6b);
  }
  return `${(one >>> 0).toString(36)}${(two >>> 0).toString(36)}`;
}
