/** Credentials as they are published: prefixes of keys, tokens behind `Bearer`, private keys, passwords in URLs. */

import { type Find, type Found, finder } from './finding.ts';

const OF_A_KEY = '[A-Za-z0-9_-]';
/** A prefix that only keys have, and the least that follows it. */
const PREFIXED: readonly (readonly [string, number])[] = [
  ['sk-', 16],
  ['sk_(?:live|test)_', 16],
  ['rk_(?:live|test)_', 16],
  ['gh[pousr]_', 30],
  ['github_pat_', 20],
  ['glpat-', 16],
  ['xox[abeoprs]-', 10],
  ['xapp-', 10],
  ['whsec_', 16],
  ['hf_', 30],
  ['gsk_', 30],
  ['xai-', 30],
  ['pplx-', 30],
  ['r8_', 30],
  ['npm_', 30],
  ['AIza', 35],
  ['ya29\\.', 20],
  ['dop_v1_', 30],
  ['trib_', 20],
];
const prefixed = PREFIXED.map(([prefix, charsMin]) => `${prefix}${OF_A_KEY}{${charsMin},}`).join('|');

/** Each begins at a fixed word and takes characters of one class: one way to match. */
const FINDERS: readonly Find[] = [
  finder(new RegExp(`(?<![A-Za-z0-9])(?:${prefixed})`)),
  finder(/(?<![A-Za-z0-9])(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/),
  finder(/aws.{0,20}secret.{0,20}?[\s"'\\=:]{1,8}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/i),
  finder(/(?<![A-Za-z0-9_-])SG\.[\w-]{16,32}\.[\w-]{16,64}/),
  // A JSON web token: header and claims begin with `{"`.
  finder(/(?<![A-Za-z0-9_-])eyJ[\w-]{5,}\.eyJ[\w-]{5,}(?:\.[\w-]*)?/),
  finder(/(?<![A-Za-z])(?:bearer|basic) {1,4}([A-Za-z0-9._~+/-]{16,}={0,2})/i),
  // scheme://user:password@host
  finder(/:\/\/[^\s/:@"'<>]{0,64}:([^\s/@"'<>]{1,256})@/),
  findPrivateKeys,
];

const PEM_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
const PEM_END = /-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;

/** One that was cut off reaches to the end of the text. */
function findPrivateKeys(text: string): Found[] {
  const found: Found[] = [];
  PEM_BEGIN.lastIndex = 0;
  for (let begin = PEM_BEGIN.exec(text); begin !== null; begin = PEM_BEGIN.exec(text)) {
    PEM_END.lastIndex = PEM_BEGIN.lastIndex;
    const to = PEM_END.exec(text) === null ? text.length : PEM_END.lastIndex;
    found.push({ from: begin.index, to });
    PEM_BEGIN.lastIndex = to;
  }
  return found;
}

export const findKeys: Find = (text) => FINDERS.flatMap((find) => find(text));

const HINTS =
  /sk[-_]|rk_|gh[pousr]_|github_pat|glpat-|xox[abeoprs]-|xapp-|whsec_|hf_|gsk_|xai-|pplx-|r8_|npm_|AIza|ya29|dop_v1|trib_|A[KSRIBC][IODC]A|SG\.|eyJ|PRIVATE KEY|:\/\/[^\s/@]{0,64}:|bearer|basic|secret/i;
export const mayHoldKeys = (text: string): boolean => HINTS.test(text);
