/** A project's redaction rules, and the secret that makes its hashes its own. What a rule means is told in `redaction/`. */

import type { ProjectId } from '../canonical/ids.ts';

/** `field`: a path to a member. `built-in`: one of our patterns, by name. `pattern`: a regular expression of the project. */
export const RULE_KINDS = ['field', 'built-in', 'pattern'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** `mask`: `[redacted:email]`. `hash`: `[redacted:email:<keyed hash>]`, equal for equal values. `drop`: nothing is left. */
export const RULE_ACTIONS = ['mask', 'hash', 'drop'] as const;
export type RuleAction = (typeof RULE_ACTIONS)[number];

export interface NewRedactionRule {
  /** Stands in what replaces a value. */
  readonly name: string;
  readonly kind: RuleKind;
  /** The path, the name of the built-in pattern, or the regular expression. */
  readonly target: string;
  readonly action: RuleAction;
}

export interface RedactionRule extends NewRedactionRule {
  readonly id: string;
  readonly createdAt: string;
}

export interface Redactions {
  /** In the order they were made; from memory, they stand before every request. The same list until one is changed. */
  rules(projectId: ProjectId): readonly RedactionRule[];
  /** The key of the project's hashes; made with its first rule, and kept when the last one is removed. */
  hashKey(projectId: ProjectId): Uint8Array;
  /** `undefined` when the project has this kind and target already. */
  add(projectId: ProjectId, rule: NewRedactionRule): Promise<RedactionRule | undefined>;
  /** False when the project has no such rule. */
  remove(projectId: ProjectId, ruleId: string): Promise<boolean>;
}
