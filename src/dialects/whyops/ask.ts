/** What the read routes are asked with: query parameters, and the conditions that they come to. */

import { type Fault, type Outcome, ok, refuse } from '../../canonical/outcome.ts';
import { type Micros, microsFromIso } from '../../canonical/time.ts';
import type { Condition, Reader, Tally, TallyQuestion } from '../reader.ts';

const PAGE_COUNT_DEFAULT = 20;
const PAGE_COUNT_MAX = 100;
const PAGE_MAX = 1_000_000;
/** Groups that one question may have; the next page is another question. */
const GROUPS_PER_QUESTION = 1000;

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

/** Numbers beyond a bound become the bound, anything else the fallback, as the vendor does (`protocols/whyops.md` 1.4). */
export function intParam(query: URLSearchParams, name: string, { min, max, fallback }: Bounds): number {
  const text = query.get(name)?.trim() ?? '';
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : fallback;
  return Math.min(max, Math.max(min, value));
}

/** `include=content,metadata` */
export function listParam(query: URLSearchParams, name: string): ReadonlySet<string> {
  return new Set((query.get(name) ?? '').split(',').map((word) => word.trim()));
}

/** Not empty. */
export function textParam(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name)?.trim();
  return text === '' ? undefined : text;
}

export interface Page {
  readonly page: number;
  readonly count: number;
  readonly offset: number;
}

export function pageParams(query: URLSearchParams): Page {
  const page = intParam(query, 'page', { min: 1, max: PAGE_MAX, fallback: 1 });
  const count = intParam(query, 'count', { min: 1, max: PAGE_COUNT_MAX, fallback: PAGE_COUNT_DEFAULT });
  return { page, count, offset: (page - 1) * count };
}

export function pagination({ page, count, offset }: Page, total: number) {
  return { total, count, page, totalPages: Math.ceil(total / count), hasMore: offset + count < total };
}

export interface Period {
  readonly from: Micros | undefined;
  readonly to: Micros | undefined;
}

/** `startDate` and `endDate`; a date alone is its midnight in UTC. */
export function periodParams(query: URLSearchParams): Outcome<Period> {
  const read = (name: string) => {
    const text = textParam(query, name);
    return text === undefined ? undefined : (microsFromIso(text) ?? badDate(name));
  };
  const [from, to] = [read('startDate'), read('endDate')];
  if (isFault(from)) return { ok: false, fault: from };
  if (isFault(to)) return { ok: false, fault: to };
  return ok({ from, to });
}

function badDate(name: string): Fault {
  return refuse('invalid-event', `${name} must be an ISO-8601 date`).fault;
}

function isFault(value: Micros | Fault | undefined): value is Fault {
  return typeof value === 'object';
}

export function startedIn({ from, to }: Period): Condition[] {
  return [
    ...(from === undefined ? [] : [{ field: 'start', op: 'gte', value: from } as const]),
    ...(to === undefined ? [] : [{ field: 'start', op: 'lte', value: to } as const]),
  ];
}

export function is(field: 'traceId' | 'agentName' | 'userId' | 'provider', ...values: string[]): Condition {
  return { field, in: values };
}

/** Requests to a model: what WhyOps counts and prices. */
export const MODEL_CALLS: Condition = {
  all: [{ field: 'kind', in: ['llm', 'embedding'] }, { not: { field: 'model', in: [''] } }],
};

/** All groups of an answer, page by page, `max` at most. */
export async function allGroups(
  reader: Reader,
  question: Omit<TallyQuestion, 'limit' | 'offset'>,
  max: number,
): Promise<Tally[]> {
  const groups: Tally[] = [];
  for (;;) {
    const limit = Math.min(GROUPS_PER_QUESTION, max - groups.length);
    const next = await reader.tally({ ...question, limit, offset: groups.length });
    groups.push(...next.groups);
    if (next.groups.length < limit || groups.length >= Math.min(max, next.total)) return groups;
  }
}

/** The numbers of everything that matches: one group. */
export async function tallyOf(reader: Reader, where: Condition): Promise<Tally | undefined> {
  const { groups } = await reader.tally({ where, by: [], limit: 1, offset: 0 });
  return groups[0];
}
