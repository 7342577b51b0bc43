/** The sentence at the top: healthy, or what is wrong and what to do. */

import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import type { IntakeBody } from '../../../query/intake-health.ts';
import { type Finding, findings } from './health.ts';
import styles from './intake.module.css';

const ICONS = { ok: CircleCheck, warn: CircleAlert, error: CircleX } as const;
const WORDS = { ok: 'Healthy', warn: 'Look at this', error: 'Something is wrong' } as const;

const LOST: Finding = {
  tone: 'error',
  says: 'The server does not answer',
  advice: 'It is asked again every few seconds. Below is what it said last.',
};

export function HealthBanner({ intake, isLost }: { intake: IntakeBody; isLost: boolean }) {
  const [worst, ...others] = isLost ? [LOST] : findings(intake);
  if (worst === undefined) return null;
  return (
    <div className={`${styles.banner} ${styles[worst.tone]}`} role="status">
      <Line finding={worst} isFirst />
      {others.map((finding) => (
        <Line key={finding.says} finding={finding} />
      ))}
    </div>
  );
}

function Line({ finding: { tone, says, advice }, isFirst = false }: { finding: Finding; isFirst?: boolean }) {
  const Icon = ICONS[tone];
  return (
    <div className={styles.finding}>
      <Icon aria-hidden="true" className={styles[`${tone}Icon`]} />
      <div>
        <p className={isFirst ? styles.worst : ''}>
          {isFirst && <span className="visually-hidden">{WORDS[tone]}: </span>}
          {says}.
        </p>
        {advice !== undefined && <p className={styles.advice}>{advice}</p>}
      </div>
    </div>
  );
}
