/** Times as the vendor writes them. */

/** ISO-8601 in UTC with milliseconds. Stored times have microseconds. */
export function isoMs(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : new Date(ms).toISOString();
}

/** An interval: `00:00:01.234`. Hours go on counting. */
export function intervalText(milliseconds: number): string {
  const sign = milliseconds < 0 ? '-' : '';
  const ms = Math.round(Math.abs(milliseconds));
  const two = (count: number) => String(count).padStart(2, '0');
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  return `${sign}${two(hours)}:${two(minutes)}:${two(seconds)}.${String(ms % 1000).padStart(3, '0')}`;
}
