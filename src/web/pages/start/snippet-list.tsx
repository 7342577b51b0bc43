/** Vendors and their SDKs, as links: a colleague can be sent the one that fits. */

import { Link, useNavigate } from '@tanstack/react-router';
import { useApi } from '../../api/project.tsx';
import { dialectName } from '../../ui/badge.tsx';
import { Choice } from '../../ui/field.tsx';
import { VENDORS } from './snippets/all.ts';
import styles from './start.module.css';

export function SnippetList({ chosen }: { chosen: string }) {
  const { projectId } = useApi();
  const navigate = useNavigate();
  const options = VENDORS.flatMap(({ dialect, snippets }) =>
    snippets.map(({ id, label }) => [id, `${dialectName(dialect)}: ${label}`] as const),
  );
  return (
    <>
      <div className={styles.narrow}>
        <Choice
          label="How do you send?"
          value={chosen}
          options={options}
          onChange={(sdk) => void navigate({ to: '/p/$projectId/start', params: { projectId }, search: { sdk } })}
        />
      </div>
      <nav className={styles.vendors} aria-label="Vendors and SDKs">
        {VENDORS.map(({ dialect, snippets }) => (
          <div key={dialect}>
            <h3 className={styles.vendor}>{dialectName(dialect)}</h3>
            <ul>
              {snippets.map(({ id, label }) => (
                <li key={id}>
                  <Link
                    to="/p/$projectId/start"
                    params={{ projectId }}
                    search={{ sdk: id }}
                    replace
                    className={`${styles.sdk} ${id === chosen ? styles.chosen : ''}`}
                    aria-current={id === chosen ? 'true' : undefined}
                  >
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
    </>
  );
}
