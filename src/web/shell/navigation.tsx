/** The list of pages. */

import { Link } from '@tanstack/react-router';
import {
  Activity,
  Bot,
  Boxes,
  ChartLine,
  HeartPulse,
  ListTree,
  type LucideIcon,
  MessagesSquare,
  Rocket,
  Search,
  Settings,
  Users,
  Wrench,
} from 'lucide-react';
import styles from './navigation.module.css';
import { ThemeChoice } from './theme-choice.tsx';

export interface PageEntry {
  readonly to:
    | '/p/$projectId'
    | '/p/$projectId/traces'
    | '/p/$projectId/sessions'
    | '/p/$projectId/users'
    | '/p/$projectId/agents'
    | '/p/$projectId/models'
    | '/p/$projectId/tools'
    | '/p/$projectId/live'
    | '/p/$projectId/intake'
    | '/p/$projectId/settings'
    | '/p/$projectId/start';
  readonly label: string;
  readonly Icon: LucideIcon;
  readonly hotkey?: string;
}

const WATCH: readonly PageEntry[] = [
  { to: '/p/$projectId', label: 'Overview', Icon: ChartLine, hotkey: '1' },
  { to: '/p/$projectId/traces', label: 'Traces', Icon: ListTree, hotkey: '2' },
  { to: '/p/$projectId/sessions', label: 'Sessions', Icon: MessagesSquare, hotkey: '3' },
  { to: '/p/$projectId/users', label: 'Users', Icon: Users, hotkey: '4' },
  { to: '/p/$projectId/live', label: 'Live', Icon: Activity, hotkey: '5' },
];
const COMPARE: readonly PageEntry[] = [
  { to: '/p/$projectId/agents', label: 'Agents', Icon: Bot, hotkey: '6' },
  { to: '/p/$projectId/models', label: 'Models', Icon: Boxes, hotkey: '7' },
  { to: '/p/$projectId/tools', label: 'Tools', Icon: Wrench, hotkey: '8' },
];
const RUN: readonly PageEntry[] = [
  { to: '/p/$projectId/intake', label: 'Intake', Icon: HeartPulse, hotkey: '9' },
  { to: '/p/$projectId/settings', label: 'Settings', Icon: Settings, hotkey: '0' },
  { to: '/p/$projectId/start', label: 'Connect', Icon: Rocket },
];
const GROUPS = [
  ['Watch', WATCH],
  ['Compare', COMPARE],
  ['Run', RUN],
] as const;

export const PAGES: readonly PageEntry[] = [...WATCH, ...COMPARE, ...RUN];

export function Navigation({ projectId, onSearch }: { projectId: string; onSearch: () => void }) {
  return (
    <nav className={styles.nav} aria-label="Pages">
      <div className={styles.brand}>
        <img src="/icon.svg" alt="" width="20" height="20" />
        Tributary
      </div>
      <button type="button" className={styles.search} onClick={onSearch}>
        <Search aria-hidden="true" />
        Go to…
        <kbd>Ctrl K</kbd>
      </button>
      {GROUPS.map(([group, pages]) => (
        <div key={group} className={styles.group}>
          <h2 className={styles.heading}>{group}</h2>
          <ul>
            {pages.map(({ to, label, Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  params={{ projectId }}
                  className={styles.link}
                  activeProps={{ className: styles.active ?? '' }}
                  activeOptions={{ exact: to === '/p/$projectId', includeSearch: false }}
                >
                  <Icon aria-hidden="true" />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <ThemeChoice />
    </nav>
  );
}
