/**
 * Whether a record that could not be stored is about a user, a session or a trace. Nothing better can be asked than
 * whether a field that may hold such an id holds this one: what is in the record could not be understood.
 */

import { storableText } from '../canonical/json.ts';
import type { DeletionKind } from '../registry/deletions.ts';
import type { KeptRecord } from '../registry/removals.ts';

/** The last words of the field names that the five vendors use. */
const NAMES: Readonly<Record<DeletionKind, RegExp>> = {
  user: /(user|userid|distinctid|externaluserid|personid|externalid)$/,
  session: /(session|sessionid|thread|threadid|conversation|conversationid)$/,
  trace: /(trace|traceid|run|runid|parentrunid|execution|executionid|span|spanid|threadid|eventid)$/,
};

export function namesSubject({ meta, body }: KeptRecord, kind: DeletionKind, subject: string): boolean {
  const text = Buffer.from(body).toString('utf8');
  return [meta, text].some((part) => isNamedIn(part, kind, subject));
}

function isNamedIn(text: string, kind: DeletionKind, subject: string): boolean {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return text.includes(JSON.stringify(subject));
  }
  // Not recursive: a body may be nested as deep as it likes.
  const waiting: { readonly above: string; readonly value: unknown }[] = [{ above: '', value: parsed }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { above, value: object } = next;
    if (typeof object !== 'object' || object === null) continue;
    for (const [name, value] of Object.entries(object)) {
      // `{"user": {"id": "u1"}}` is as good as `{"userId": "u1"}`.
      if (isSubject(name, value, kind, subject) || isSubject(above + name, value, kind, subject)) return true;
      if (typeof value === 'object' && value !== null) waiting.push({ above: name, value });
    }
  }
  return false;
}

function isSubject(name: string, value: unknown, kind: DeletionKind, subject: string): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  return (
    storableText(String(value)) === storableText(subject) &&
    NAMES[kind].test(name.toLowerCase().replaceAll(/[^a-z]/g, ''))
  );
}
