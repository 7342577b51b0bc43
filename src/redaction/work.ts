/** One request being redacted: its rules, what they found, and when others should get a turn on this thread. */

import type { CompiledRules, PatternRule } from './rules.ts';

/** Characters times patterns between two turns of others: some milliseconds for the slowest patterns. */
const TURN_CHARS = 65_536;

export class Work {
  readonly rules: CompiledRules;
  /** Those that may occur in the text at all. */
  readonly patterns: readonly PatternRule[];
  /** How often each rule found something, by its name. */
  readonly counts = new Map<string, number>();
  #spentChars = 0;

  constructor(rules: CompiledRules, patterns: readonly PatternRule[] = rules.patterns) {
    this.rules = rules;
    this.patterns = patterns;
  }

  found(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** True when it is time to let others work. */
  spend(chars: number): boolean {
    this.#spentChars += chars + 1;
    if (this.#spentChars < TURN_CHARS) return false;
    this.#spentChars = 0;
    return true;
  }
}
