/** Which colour is which line, and a press to hide it. */

import { Name } from '../ui/untrusted.tsx';
import styles from './chart.module.css';
import { type Line, sumOf } from './series.ts';
import { Swatch } from './swatch.tsx';

export function Legend({
  lines,
  colours,
  hidden,
  onToggle,
  format,
}: {
  lines: readonly Line[];
  colours: readonly string[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
  /** For the sum of each; absent where values have no sum. */
  format?: (value: number) => string;
}) {
  // One line has the chart's own title.
  if (lines.length < 2) return null;
  return (
    <ul className={styles.legend} aria-label="Lines of the chart">
      {lines.map(({ key, label, values }, place) => (
        <li key={key}>
          <button
            type="button"
            className={`${styles.legendItem} ${hidden.has(key) ? styles.off : ''}`}
            aria-pressed={!hidden.has(key)}
            onClick={() => onToggle(key)}
          >
            <Swatch colour={colours[place] ?? ''} />
            <span className={styles.legendName}>
              <Name text={label} charsMax={40} />
            </span>
            {format !== undefined && <span className="numbers">{format(sumOf(values))}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
