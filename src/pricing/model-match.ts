/**
 * Does a model's name mean this row of the table? The table's rules look for text inside the name; here the name must
 * also begin and end where the rule does, but for a release or a date. Otherwise a stranger's `my-gemini-1.5-pro-fork`,
 * or a successor that the table does not know yet, would get a price that is not its own.
 */

import type { MatchLogic } from '@pydantic/genai-prices';

/** `-2024-08-06`, `-20241022-v2:0`, `@20250514`, `-preview-05-20`, `-latest`, `-002`; never another version's number. */
const RELEASE =
  /^(?:[-@](?:\d{8}|\d{6}|\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d{2}-\d{4}|\d{3,4}|v\d+(?:\.\d+)?|latest|preview|exp|experimental|stable|beta|default|instruct|it)|:\d+k?)*$/;
/** What may stand before a name: a region, a maker, a path. */
const QUALIFIERS = ['.', '/', ':'];

/** `name` in lower case. */
export function matches(rule: MatchLogic, name: string): boolean {
  if ('or' in rule) return rule.or.some((one) => matches(one, name));
  if ('and' in rule) return rule.and.every((one) => matches(one, name));
  if ('equals' in rule) return name === rule.equals.toLowerCase();
  if ('starts_with' in rule) return startsWith(name, rule.starts_with.toLowerCase());
  if ('ends_with' in rule) return beginsAt(name, name.length - rule.ends_with.length) && endsWith(name, rule.ends_with);
  if ('contains' in rule) return contains(name, rule.contains.toLowerCase());
  return new RegExp(rule.regex).test(name);
}

function startsWith(name: string, text: string): boolean {
  if (name.startsWith('ft:') && text.startsWith('ft:')) return isFineTuned(name, text);
  // Azure's names of fine-tuned models.
  return name.startsWith(text) && (text.endsWith('.ft-') || isRelease(text, name.slice(text.length)));
}

function endsWith(name: string, text: string): boolean {
  return name.endsWith(text.toLowerCase());
}

function contains(name: string, text: string): boolean {
  for (let at = name.indexOf(text); at >= 0; at = name.indexOf(text, at + 1))
    if (beginsAt(name, at) && isRelease(text, name.slice(at + text.length))) return true;
  return false;
}

function beginsAt(name: string, at: number): boolean {
  return at === 0 || QUALIFIERS.includes(name[at - 1] ?? '');
}

/** The rule may end inside the separator (`gpt-5-nano-`) or inside the date (`claude-sonnet-4-2025`). */
function isRelease(text: string, rest: string): boolean {
  if (/[-@:]$/.test(text)) return rest !== '' && RELEASE.test(`-${rest}`);
  const year = /-20\d\d$/.exec(text);
  return RELEASE.test(year === null ? rest : year[0] + rest);
}

/** `ft:gpt-4o-2024-08-06:acme::8f3` and `ft:gpt-4o:acme::8f3`: what was tuned is between the first two colons. */
function isFineTuned(name: string, text: string): boolean {
  const base = name.split(':', 2).join(':');
  const isDated = base.startsWith(text) && isRelease(datePart(text)[0], datePart(text)[1] + base.slice(text.length));
  return isDated || base === text.replace(/-(?:20\d\d-)?$/, '');
}

/** A rule that is cut inside the release, as two: `ft:gpt-4o-2024-` is `ft:gpt-4o` and `-2024-`. */
function datePart(text: string): readonly [string, string] {
  const [cut = ''] = /-(?:20\d\d-?|0)$/.exec(text) ?? [];
  return [text.slice(0, text.length - cut.length), cut];
}
