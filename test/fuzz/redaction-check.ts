/** Redaction of whatever is sent: what a rule names is gone, the rest is still JSON, and doing it again changes nothing. */

import { dialects } from '../../src/dialects/all.ts';
import type { IntakeRequest } from '../../src/dialects/dialect.ts';
import { BUILT_IN_NAMES } from '../../src/redaction/built-in.ts';
import { Redaction } from '../../src/redaction/redaction.ts';
import type { NewRedactionRule, RedactionRule } from '../../src/registry/redaction.ts';
import { must } from './finding.ts';
import { PROJECT, RECEIVED_AT } from './stand-ins.ts';

const SECRET = 'ada.lovelace@fuzz.example.com';
const NEW_RULES: readonly NewRedactionRule[] = [
  ...BUILT_IN_NAMES.map((name): NewRedactionRule => ({ name, kind: 'built-in', target: name, action: 'mask' })),
  { name: 'employee', kind: 'pattern', target: 'EMP-[0-9]{4,8}', action: 'mask' },
  { name: 'comment', kind: 'field', target: 'feedback.comment', action: 'drop' },
];
const RULES = NEW_RULES.map(
  (rule, i): RedactionRule => ({ ...rule, id: String(i), createdAt: '2026-01-01T00:00:00.000Z' }),
);
const redaction = new Redaction({ rules: () => RULES, hashKey: () => Buffer.alloc(32, 1) });
const route = dialects[0]?.routes[0];

async function redacted(text: string): Promise<string | undefined> {
  if (route === undefined) throw new Error('there are no routes');
  const head = { method: 'POST', params: {}, query: new URLSearchParams(), headers: {} };
  const request: IntakeRequest = { head, text, receivedAt: RECEIVED_AT };
  const outcome = await redaction.apply(PROJECT, route, request, Buffer.from(text));
  return outcome.ok ? outcome.value.request.text : undefined;
}

/** The secret stands in the first short string that is no key. */
export async function checkRedaction(text: string): Promise<void> {
  if (!isJson(text)) return;
  const planted = text.replace(
    /([:[,])"([^"\\]{0,40})"(?!\s*:)/,
    (_, before: string, value: string) => `${before}"${value} ${SECRET} "`,
  );
  if (!isJson(planted)) return;
  const once = await redacted(planted);
  if (once === undefined) return;
  must(isJson(once), 'redaction: no JSON any more', () => [planted, once]);
  must(!once.includes(SECRET), 'redaction: the secret is still there', () => [planted, once]);
  const twice = await redacted(once);
  must(twice === once, 'redaction: another result when done again', () => [planted, once, twice]);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
