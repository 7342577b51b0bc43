/** The time that all pages look at: one of the usual lengths, or from and to. */

import { CalendarClock } from 'lucide-react';
import { useState } from 'react';
import { isRange, RANGES, useSetTimeRange, useTimeRange } from '../api/time-range.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { shortTime } from '../ui/format.ts';
import { Popover } from '../ui/menu.tsx';
import styles from './time-range-menu.module.css';

export function TimeRangeMenu() {
  const range = useTimeRange();
  const setRange = useSetTimeRange();
  const [isOpen, setOpen] = useState(false);
  const label =
    range.name === undefined ? `${shortTime(range.from)} – ${shortTime(range.to)}` : RANGES[range.name].label;
  return (
    <Popover
      label="Time range"
      align="end"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button icon={<CalendarClock aria-hidden="true" />}>
          <span className="visually-hidden">Time range: </span>
          {label}
        </Button>
      }
    >
      <ul className={styles.list}>
        {Object.entries(RANGES).map(([name, { label: text }]) => (
          <li key={name}>
            <Button
              look="ghost"
              className={`${styles.choice} ${name === range.name ? styles.chosen : ''}`}
              aria-pressed={name === range.name}
              onClick={() => {
                if (isRange(name)) setRange({ range: name });
                setOpen(false);
              }}
            >
              {text}
            </Button>
          </li>
        ))}
      </ul>
      <FromTo
        fromMs={range.fromMs}
        toMs={range.toMs}
        onChoose={(from, to) => {
          setRange({ from, to });
          setOpen(false);
        }}
      />
    </Popover>
  );
}

function FromTo({
  fromMs,
  toMs,
  onChoose,
}: {
  fromMs: number;
  toMs: number;
  onChoose: (from: string, to: string) => void;
}) {
  const [from, setFrom] = useState(() => localText(fromMs));
  const [to, setTo] = useState(() => localText(toMs));
  const isValid = Date.parse(from) < Date.parse(to);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) onChoose(new Date(from).toISOString(), new Date(to).toISOString());
      }}
    >
      <TextField label="From" type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
      <TextField
        label="To"
        type="datetime-local"
        value={to}
        error={isValid ? undefined : 'must be after the beginning'}
        onChange={(event) => setTo(event.target.value)}
      />
      <Button type="submit" look="primary" disabled={!isValid}>
        Show
      </Button>
    </form>
  );
}

/** As `datetime-local` wants it: the reader's own time, to the minute. */
function localText(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
