/** Adds up the tokens of the texts of one side of a call, up to a bound of characters. */

import { countedCharsMax } from '../limits.ts';
import type { TokenCount, Tokenizer } from './tokenizer.ts';

export class TextSum {
  readonly #tokenizer: Tokenizer;
  readonly #charsMax: number;
  #textTokens = 0;
  #otherTokens = 0;
  #countedChars = 0;
  #chars = 0;
  #isExact = true;

  constructor(tokenizer: Tokenizer, charsMax = countedCharsMax) {
    this.#tokenizer = tokenizer;
    this.#charsMax = charsMax;
  }

  text(text: string): void {
    const counted = text.slice(0, Math.max(0, this.#charsMax - this.#countedChars));
    this.#chars += text.length;
    this.#countedChars += counted.length;
    if (counted.length < text.length) this.#isExact = false;
    if (counted === '') return;
    const { tokens, isExact } = this.#tokenizer.count(counted);
    this.#textTokens += tokens;
    this.#isExact &&= isExact;
  }

  /** Tokens that stand for no text: what frames a message. May be negative. */
  add(tokens: number): void {
    this.#otherTokens += tokens;
  }

  /** There is something here whose tokens nobody outside the provider can tell. */
  estimate(): void {
    this.#isExact = false;
  }

  /** Beyond the bound, the rest has as many tokens per character as the first part. */
  get total(): TokenCount {
    const share = this.#countedChars === 0 ? 1 : this.#chars / this.#countedChars;
    return { tokens: Math.max(0, Math.round(this.#textTokens * share) + this.#otherTokens), isExact: this.#isExact };
  }
}
