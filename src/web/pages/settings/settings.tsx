/** Projects, keys, prices and rules. Which tab is shown is in the URL. */

import { Link, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useApi } from '../../api/project.tsx';
import { SETTINGS_TABS } from '../../router.tsx';
import { WithScope } from '../../ui/needs-scope.tsx';
import { Page } from '../../ui/page.tsx';
import { AuditTab } from './audit.tsx';
import { KeysTab } from './keys.tsx';
import { LimitsTab } from './limits.tsx';
import { PricesTab } from './prices.tsx';
import { ProjectsTab } from './projects.tsx';
import { RedactionTab } from './redaction.tsx';
import { RetentionTab } from './retention.tsx';
import styles from './settings.module.css';

type Tab = (typeof SETTINGS_TABS)[number];

const TABS: Readonly<Record<Tab, { readonly label: string; readonly Content: ComponentType }>> = {
  projects: { label: 'Projects', Content: () => admin('Seeing projects', ProjectsTab) },
  keys: { label: 'Keys', Content: () => admin('Seeing keys', KeysTab) },
  prices: { label: 'Prices', Content: PricesTab },
  retention: { label: 'Retention', Content: RetentionTab },
  limits: { label: 'Limits', Content: LimitsTab },
  redaction: { label: 'Redaction', Content: () => admin('Seeing redaction rules', RedactionTab) },
  audit: { label: 'Audit log', Content: () => admin('Seeing the audit log', AuditTab) },
};

function admin(to: string, Content: ComponentType) {
  return (
    <WithScope to={to} scope="admin">
      <Content />
    </WithScope>
  );
}

export function SettingsPage() {
  const { projectId } = useApi();
  const { tab = 'projects' } = useSearch({ from: '/p/$projectId/settings' });
  const { label, Content } = TABS[tab];
  return (
    <Page title={`Settings: ${label}`} heading="Settings">
      <nav className={styles.tabs} aria-label="Settings">
        {SETTINGS_TABS.map((one) => (
          <Link
            key={one}
            to="/p/$projectId/settings"
            params={{ projectId }}
            search={{ tab: one }}
            className={`${styles.tab} ${one === tab ? styles.current : ''}`}
            aria-current={one === tab ? 'page' : undefined}
          >
            {TABS[one].label}
          </Link>
        ))}
      </nav>
      <Content key={tab} />
    </Page>
  );
}
