/** Names and values of something that came in. */

import { Name } from '../../ui/untrusted.tsx';
import styles from './intake.module.css';

export function Facts({ facts }: { facts: readonly (readonly [name: string, value: string | null | undefined])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>
            <Name text={value} charsMax={1000} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
