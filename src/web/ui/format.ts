/** Figures and times as people read them. Everything that a page shows of these kinds goes through here. */

const NONE = '–';

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const DAY_AND_TIME = new Intl.DateTimeFormat('en-GB', {
  ...{ year: 'numeric', month: 'short', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false },
});
const DAY_SHORT = new Intl.DateTimeFormat('en-GB', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** `1 234 567` with commas. */
export function wholeNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : WHOLE.format(value);
}

/** `1.2K`, `3.4M`; numbers below a thousand as they are. */
export function shortNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  return value < 1000 ? WHOLE.format(value) : SHORT.format(value);
}

/** `840 µs`, `12 ms`, `1.24 s`, `2 m 05 s`, `3 h 12 m`, `4 d 2 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return NONE;
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `$0.0042`: enough digits that small costs are not nothing. */
export function usd(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (value === 0) return '$0';
  if (value < 0.000001) return '<$0.000001';
  const digits = value >= 100 ? 0 : value >= 1 ? 2 : value >= 0.01 ? 3 : value >= 0.0001 ? 5 : 7;
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(digits, 2),
    maximumFractionDigits: digits,
  });
  return `$${text}`;
}

/** `12.4 MiB` */
export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = value;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/** Of a part in a whole, `0.31` → `31%`. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return NONE;
  const value = share * 100;
  return `${value === 0 || value >= 10 ? Math.round(value) : value.toFixed(value < 0.1 ? 2 : 1)}%`;
}

/** `21 Nov 2026, 20:14:03`, where the reader is. */
export function dayAndTime(iso: string | null | undefined): string {
  return iso === null || iso === undefined ? NONE : DAY_AND_TIME.format(new Date(iso));
}

/** `21 Nov, 20:14` */
export function shortTime(iso: string | null | undefined): string {
  return iso === null || iso === undefined ? NONE : DAY_SHORT.format(new Date(iso));
}

/** `now`, `12 s ago`, `3 h ago`, `5 d ago` */
export function ago(iso: string | null | undefined, now = Date.now()): string {
  if (iso === null || iso === undefined) return NONE;
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (seconds < -60) return `in ${span(-seconds)}`;
  return seconds < 2 ? 'now' : `${span(seconds)} ago`;
}

function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
