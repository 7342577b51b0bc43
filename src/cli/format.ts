/** Times, durations and counts as a person reads them. */

import type { TraceSummary } from '../query/trace-summary.ts';
import type { Style } from './terminal.ts';

export const NOTHING = '–';

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  ok: 'green',
  error: 'red',
  running: 'yellow',
  paused: 'magenta',
  unknown: 'magenta',
};

export function statusStyle(status: string): Style | undefined {
  return Object.hasOwn(STATUS_STYLES, status) ? STATUS_STYLES[status] : undefined;
}

const two = (value: number) => String(value).padStart(2, '0');
const dayOf = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** Local time, as short as is clear: today the time, this year the day and time, else the day. At most 11 columns. */
export function shortTime(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return NOTHING;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (dayOf(date) === dayOf(now)) return `${time}:${two(date.getSeconds())}`;
  return date.getFullYear() === now.getFullYear() ? `${dayOf(date).slice(5)} ${time}` : dayOf(date);
}

/** Local time of day with milliseconds. */
export function clockTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return NOTHING;
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

export function fullTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return NOTHING;
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${dayOf(date)} ${clockTime(iso)} ${zone}`;
}

export function duration(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}m ${two(Math.floor(ms / 1000) % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
}

/** Exact up to 99999, then shortened. */
export function count(value: number | null): string {
  if (value === null) return NOTHING;
  if (value < 100_000) return String(value);
  return value < 10_000_000 ? `${Math.floor(value / 1000)}k` : `${Math.floor(value / 1_000_000)}M`;
}

/** To the cent from a dollar on, below it with three digits that count: `$12.30`, `$0.0000036`. */
export function usd(amount: number | null): string {
  if (amount === null) return NOTHING;
  if (amount >= 1 || amount === 0) return `$${amount.toFixed(2)}`;
  const decimals = Math.min(12, 2 - Math.floor(Math.log10(amount)));
  return `$${amount.toFixed(decimals).replace(/0+$/, '')}`;
}

/** `120 in, 45 out, 165 total`: what is known of it. */
export function tokens(usage: TraceSummary['usage']): string {
  const parts = [
    [usage.inputTokens, 'in'],
    [usage.cacheReadTokens, 'cached'],
    [usage.cacheWriteTokens, 'cache written'],
    [usage.outputTokens, 'out'],
    [usage.reasoningTokens, 'reasoning'],
    [usage.totalTokens, 'total'],
  ] as const;
  return parts.flatMap(([value, name]) => (value === null ? [] : [`${count(value)} ${name}`])).join(', ');
}
