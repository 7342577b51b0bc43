/** The patterns that a project can switch on by name. */

import { findEmails, findIpv4, findIpv6, findPhones, findSsns } from './addresses.ts';
import { findCards, findIbans } from './cards-and-accounts.ts';
import type { Pattern } from './finding.ts';
import { findKeys, mayHoldKeys } from './keys.ts';

const holds = (hint: RegExp) => (text: string) => hint.test(text);
const asItIs = (value: string) => value;
const digits = (value: string) => value.replace(/\D/g, '');

export const BUILT_IN = {
  email: { find: findEmails, mayOccurIn: holds(/@/), charsMin: 6, canonical: (value) => value.toLowerCase() },
  card: { find: findCards, mayOccurIn: holds(/(?:\d[ -]?){13}/), charsMin: 13, canonical: digits },
  key: { find: findKeys, mayOccurIn: mayHoldKeys, charsMin: 6, canonical: asItIs },
  ipv4: { find: findIpv4, mayOccurIn: holds(/\d\.\d/), charsMin: 7, canonical: asItIs },
  ipv6: {
    find: findIpv6,
    mayOccurIn: holds(/:[\da-f]{0,4}:/i),
    charsMin: 3,
    canonical: (value) => value.toLowerCase(),
  },
  phone: {
    find: findPhones,
    mayOccurIn: holds(/\+\d|00\d|\d[ .)-]{1,2}\d/),
    charsMin: 8,
    canonical: (value) => digits(value).replace(/^00/, ''),
  },
  iban: {
    find: findIbans,
    mayOccurIn: holds(/[a-z]{2}\d\d/i),
    charsMin: 15,
    canonical: (value) => value.replaceAll(' ', '').toUpperCase(),
  },
  ssn: { find: findSsns, mayOccurIn: holds(/\d-\d\d-\d/), charsMin: 11, canonical: asItIs },
} as const satisfies Record<string, Pattern>;

export type BuiltInName = keyof typeof BUILT_IN;

export const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_IN);

export function builtIn(name: string): Pattern | undefined {
  return Object.entries(BUILT_IN).find(([known]) => known === name)?.[1];
}
