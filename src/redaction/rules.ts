/** Rules as they are kept, made ready to be used. */

import { createHmac } from 'node:crypto';
import { type Outcome, ok, refuse } from '../canonical/outcome.ts';
import type { NewRedactionRule, RuleAction } from '../registry/redaction.ts';
import { BUILT_IN_NAMES, builtIn } from './built-in.ts';
import { isStructural } from './event-members.ts';
import { beginning, type FieldPath, type Progress, parsePath } from './field-path.ts';
import type { Pattern } from './finding.ts';
import { ownPattern } from './own-pattern.ts';

const HASH_HEX_DIGITS = 24;

export interface Redactable {
  readonly name: string;
  readonly action: RuleAction;
}

export interface PatternRule extends Redactable {
  readonly pattern: Pattern;
}

export interface CompiledRules {
  readonly patterns: readonly PatternRule[];
  /** The field rules, at the beginning of their paths. */
  readonly fields: readonly Progress<Redactable>[];
  /** What stands in the place of a value; `isId` makes it a hash. */
  replacement(rule: Redactable, value: string, isId: boolean): string;
}

/** What a rule looks for, or why it cannot. */
export function readTarget({ kind, target }: NewRedactionRule): Outcome<{ pattern: Pattern } | { path: FieldPath }> {
  if (kind === 'field') return readPath(target);
  if (kind === 'pattern') {
    const pattern = ownPattern(target);
    return pattern.ok ? ok({ pattern: pattern.value }) : pattern;
  }
  const pattern = builtIn(target);
  return pattern === undefined
    ? refuse('invalid-event', `There is no such pattern: there are ${BUILT_IN_NAMES.join(', ')}`)
    : ok({ pattern });
}

function readPath(target: string): Outcome<{ path: FieldPath }> {
  const path = parsePath(target);
  if (!path.ok) return path;
  const [first] = path.value.segments;
  const isAlone = path.value.segments.length === 1 && first?.kind === 'name';
  if (isAlone && isStructural(first.name))
    return refuse('invalid-event', `Events cannot be without ${first.name}: name a member inside it, or another one`);
  return ok({ path: path.value });
}

/** Throws on a rule that `readTarget` refuses: a project's text is not let through because of a rule that is broken. */
export function compile(rules: readonly NewRedactionRule[], hashKey: Uint8Array): CompiledRules {
  const patterns: PatternRule[] = [];
  const fields: Progress<Redactable>[] = [];
  for (const rule of rules) {
    const target = readTarget(rule);
    if (!target.ok) throw new Error(`redaction rule ${rule.name}: ${target.fault.message}`);
    const { name, action } = rule;
    if ('path' in target.value) fields.push(beginning({ name, action }, target.value.path));
    else patterns.push({ name, action, pattern: target.value.pattern });
  }
  return {
    patterns,
    fields,
    replacement({ name, action }, value, isId) {
      if (isId || action === 'hash') return `[redacted:${name}:${hashOf(value, hashKey)}]`;
      return action === 'mask' ? `[redacted:${name}]` : '';
    },
  };
}

/** Of the value alone: whichever rule found it, equal values have equal hashes. */
function hashOf(value: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(value).digest('hex').slice(0, HASH_HEX_DIGITS);
}
