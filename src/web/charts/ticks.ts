/** What stands below a chart: the reader's own time, though buckets are of UTC. */

const DAY_S = 86_400;

const HOUR_MINUTE = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY_MONTH = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const DAY_MONTH_YEAR = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** Of places in seconds, `stepS` apart: the time of day, with the day where it begins; else the day. */
export function tickLabels(places: readonly number[], stepS: number): string[] {
  let before = '';
  return places.map((seconds) => {
    const date = new Date(seconds * 1000);
    const day = DAY_MONTH.format(date);
    const label = stepS >= DAY_S ? day : `${HOUR_MINUTE.format(date)}${day === before ? '' : `\n${day}`}`;
    before = day;
    return label;
  });
}

/** `21 Nov 2026, 14:00 – 15:00`; of whole days that begin elsewhere than the reader's, both with their hour. */
export function bucketLabel(startMs: number, stepMs: number): string {
  const [start, end] = [new Date(startMs), new Date(startMs + stepMs)];
  const isDay = stepMs >= DAY_S * 1000;
  if (isDay && start.getHours() === 0 && start.getMinutes() === 0) return DAY_MONTH_YEAR.format(start);
  const beginning = `${DAY_MONTH_YEAR.format(start)}, ${HOUR_MINUTE.format(start)}`;
  if (isDay) return `${beginning} – ${DAY_MONTH.format(end)}, ${HOUR_MINUTE.format(end)}`;
  return `${beginning} – ${HOUR_MINUTE.format(end)}`;
}
