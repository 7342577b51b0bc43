/** The colour of a line, next to its name. */

import styles from './chart.module.css';

/** `colour`: the name of a token. */
export function Swatch({ colour }: { colour: string }) {
  return <span aria-hidden="true" className={styles.swatch} style={{ background: `var(${colour})` }} />;
}
