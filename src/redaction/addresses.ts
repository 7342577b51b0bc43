/** How people and machines are reached: e-mail, telephone, IP addresses; and US social security numbers. */

import { isIPv6 } from 'node:net';
import { type Find, type Found, finder } from './finding.ts';

const LOCAL_CHARS_MAX = 64;
const OF_LOCAL = /[\p{L}\p{N}\p{M}.!#$%&'*+/=?^_`{|}~-]/u;
/** Sticky, behind the @: labels and a top level of letters. Each character has one way to match. */
const DOMAIN = /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,62}\.[\p{L}\p{N}]){1,8}[\p{L}\p{N}\p{M}-]{0,62}/uy;

/** From each @ to the left and to the right: a text of a million letters without one costs nothing. */
export const findEmails: Find = (text) => {
  const found: Found[] = [];
  let free = 0;
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    DOMAIN.lastIndex = at + 1;
    const domain = DOMAIN.exec(text)?.[0].replace(/-+$/, '');
    if (domain === undefined || !/\.\p{L}[\p{L}\p{N}\p{M}-]+$/u.test(domain)) continue;
    const from = startOfLocal(text, at, free);
    if (from === at) continue;
    free = at + 1 + domain.length;
    found.push({ from, to: free });
  }
  return found;
};

function startOfLocal(text: string, at: number, free: number): number {
  const min = Math.max(free, at - LOCAL_CHARS_MAX);
  if (text[at - 1] === '"') {
    const quote = text.lastIndexOf('"', at - 2);
    return quote >= min ? quote : at;
  }
  let from = at;
  while (from > min) {
    const isPair = /[\udc00-\udfff]/.test(text[from - 1] ?? '') && from - 2 >= min;
    const char = text.slice(from - (isPair ? 2 : 1), from);
    if (!OF_LOCAL.test(char)) break;
    from -= char.length;
  }
  return from;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
export const findIpv4: Find = finder(new RegExp(`(?<![\\w.])(?:${OCTET}\\.){3}${OCTET}(?!\\w|\\.\\d)`));

const IPV6_CANDIDATES = finder(/(?<![\w:.])(?:[\da-f]{0,4}:){2,8}(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{0,4})(?![\w:])/i);

/** `a::b` is a name in half the programming languages: without a digit it takes three groups. */
export const findIpv6: Find = (text) =>
  IPV6_CANDIDATES(text).filter(({ from, to }) => {
    const candidate = text.slice(from, to);
    return isIPv6(candidate) && (/\d/.test(candidate) || candidate.split(':').filter((group) => group).length > 2);
  });

/** A plus begins a number also right behind the digits of another. */
const INTERNATIONAL = finder(/(?:(?<![A-Za-z_+])\+|(?<![\w+])00)[1-9](?:[ ().-]{0,3}\d){7,14}(?!\d)/);
const NORTH_AMERICAN = finder(
  /(?<![\w.-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\w-]|\.\d)/,
);

/** With a country code, or as North Americans write theirs. Other national numbers look like any number. */
export const findPhones: Find = (text) => [...INTERNATIONAL(text), ...NORTH_AMERICAN(text)];

export const findSsns: Find = finder(/(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/);
