/**
 * Texts to numbers of tokens. The library's merge of one piece takes time by the square of the piece's length, and a
 * piece is a run of letters as long as the sender likes: 16 000 times the same letter took 150 ms. So longer pieces than
 * any word are cut, and what was cut is told to be an estimate. Two million characters then take 0.1 s of prose, 2 s of
 * random letters and 5 s of random Chinese (measured), which is the worst that was found.
 */

import { BoundedMap } from '../loader/bounded-map.ts';
import type { EncodingName } from './encodings.ts';

export interface TokenCount {
  readonly tokens: number;
  readonly isExact: boolean;
}

/** The longest words of any language are shorter; only runs without any space or punctuation are longer. */
const PIECE_CHARS_MAX = 128;
/** Words that are counted again and again. From 13 characters on, V8's slices would keep the whole text in memory. */
const REMEMBERED_PIECES_MAX = 50_000;
const REMEMBERED_CHARS_MAX = 12;
/** Names of special tokens are text like any other: the API reads what users write as text, too. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

type Count = (text: string, options: typeof AS_TEXT) => number;

export class Tokenizer {
  readonly #count: Count;
  readonly #pieces: RegExp;
  readonly #known = new BoundedMap<number>(REMEMBERED_PIECES_MAX);

  constructor(count: Count, pieces: RegExp) {
    this.#count = count;
    this.#pieces = pieces;
  }

  count(text: string): TokenCount {
    let tokens = 0;
    let isExact = true;
    for (const [piece] of text.matchAll(this.#pieces)) {
      if (piece.length <= PIECE_CHARS_MAX) {
        tokens += this.#countPiece(piece);
        continue;
      }
      isExact = false;
      tokens += this.#countCut(piece);
    }
    return { tokens, isExact };
  }

  /** Such runs are often one character again and again. */
  #countCut(piece: string): number {
    let tokens = 0;
    let last = { part: '', tokens: 0 };
    for (let from = 0; from < piece.length; from += PIECE_CHARS_MAX) {
      const part = piece.slice(from, from + PIECE_CHARS_MAX);
      if (part !== last.part) last = { part, tokens: this.#countPiece(part) };
      tokens += last.tokens;
    }
    return tokens;
  }

  #countPiece(piece: string): number {
    if (piece.length > REMEMBERED_CHARS_MAX) return this.#count(piece, AS_TEXT);
    const known = this.#known.get(piece);
    if (known !== undefined) return known;
    const tokens = this.#count(piece, AS_TEXT);
    this.#known.set(piece, tokens);
    return tokens;
  }
}

/** Vocabularies are loaded when they are first needed: 70 MB and a quarter of a second for the larger one (measured). */
export class Tokenizers {
  readonly #loaded = new Map<EncodingName, Promise<Tokenizer>>();

  get(name: EncodingName): Promise<Tokenizer> {
    const loaded = this.#loaded.get(name) ?? load(name);
    this.#loaded.set(name, loaded);
    return loaded;
  }
}

async function load(name: EncodingName): Promise<Tokenizer> {
  const { CL100K_TOKEN_SPLIT_REGEX, O200K_TOKEN_SPLIT_REGEX } = await import('gpt-tokenizer/encodingParams/constants');
  if (name === 'cl100k_base') {
    const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/cl100k_base');
    setMergeCacheSize(0);
    return new Tokenizer(countTokens, CL100K_TOKEN_SPLIT_REGEX);
  }
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base');
  setMergeCacheSize(0);
  return new Tokenizer(countTokens, O200K_TOKEN_SPLIT_REGEX);
}
